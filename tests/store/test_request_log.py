"""The request log: written in bulk behind the requests' backs, without secrets, in pages."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from bezant.db.errors import ConnectionLost
from bezant.kernel.codec import decode_json
from bezant.store import request_log
from bezant.store.request_log import (
    FLUSH_SECONDS,
    MOST_WAITING,
    ROWS_AT_ONCE,
    LoggedRequest,
    RequestLog,
    answer_without_secrets,
    without_secrets,
)
from tests.webhooks.world import CHILD, PLATFORM, World, book, play
from tests.workers.statements import watch


def logged(world: World, name: str = "", **changes) -> LoggedRequest:
    row = LoggedRequest(
        book_id=book(),
        id=name or world.ids.request_id(),
        created=world.clock.now(),
        method="POST",
        path="/v1/payouts",
        status=200,
        account=PLATFORM,
        key="key_1",
        idempotency_key=None,
        code=None,
        micros=1_234,
        parameters='{"amount":"5"}',
    )
    return row._replace(**changes)


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def count(world: World) -> int:
    return await world.value("select count(*) from request_log")


def test_rows_are_written_after_a_moment(database):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)
        row = logged(world, "req_1", code="resource_missing", status=404)
        log.record(row)
        await turns()
        assert await count(world) == 0
        world.pass_time(seconds=FLUSH_SECONDS)
        await turns()
        await log.flush()  # Waits for a write that has begun.
        async with world.pool.connection() as conn:
            assert await request_log.find(conn, [book()], "req_1") == row
            assert await request_log.find(conn, [book("acct_other")], "req_1") is None
        log.record(logged(world, "req_2"))
        await log.close()
        assert await count(world) == 2

    play(database, story)


def test_many_rows_do_not_wait_for_the_moment(database, monkeypatch):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)
        sent: list[bytes] = []
        watch(world, monkeypatch, sent.append)
        for _ in range(ROWS_AT_ONCE):
            log.record(logged(world))
        await turns()
        await log.flush()
        assert await count(world) == ROWS_AT_ONCE
        assert len(sent) == 2, "one write, and the count"
        await log.close()

    play(database, story)


def test_a_database_that_is_away_is_waited_for_within_bounds(database, monkeypatch):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)

        def away(_query: bytes) -> None:
            raise ConnectionLost("away")

        with monkeypatch.context() as during:
            watch(world, during, away)
            for _ in range(MOST_WAITING + 10):
                log.record(logged(world))
            with pytest.raises(ConnectionLost):
                await log.flush()
            world.pass_time(seconds=FLUSH_SECONDS)
            await turns()
        assert log.dropped == 10
        await log.close()
        assert await count(world) == MOST_WAITING

    play(database, story)


def test_what_clients_send_can_always_be_kept(database):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)
        log.record(logged(world, "req_1", path="/v1/\0x\udc80" + "y" * 5_000))
        parameters = without_secrets({"a": "\0\udc80", "b": ["\ud800"]})
        log.record(logged(world, "req_2", parameters=parameters))
        await log.close()
        rows = await world.rows("select id, length(path), parameters from request_log order by id")
        assert rows == [("req_1", 2_047, '{"amount":"5"}'), ("req_2", 11, '{"a":"?","b":["?"]}')]
        assert log.dropped == 0

    play(database, story)


def test_a_row_that_the_database_refuses_takes_no_other_along_later(database):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)
        log.record(logged(world, micros=2**70))
        assert await log.flush() == 1
        assert log.dropped == 1
        log.record(logged(world))
        await log.close()
        assert await count(world) == 1

    play(database, story)


def test_secrets_do_not_get_in():
    kept = without_secrets(
        {
            "external_account": {"account_number": "000123456789", "routing_number": "110000000"},
            "card": {"number": "4242424242424242", "cvc": "123", "exp_month": "5"},
            "individual": {"id_number": "777777777", "ssn_last_4": "8888", "dob": {"year": "1990"}},
            "sepa_debit": {"iban": "AT611904300234573201"},
            "items": [{"secret": "hush"}, {"note": "my key is sk_test_4242424242"}],
            "amount": "500",
            "source": "5555 5555 5555 4444",
            "total": 5555555555554444,
            "5555555555554444": "1",
        }
    )
    assert "5555" not in kept
    for secret in ("000123456789", "4242", '"123"', "777777777", "8888", "1990", "3201", "hush"):
        assert secret not in kept
    told = decode_json(kept, dict)
    assert told["amount"] == "500"
    assert told["external_account"]["routing_number"] == "110000000"
    assert told["card"]["exp_month"] == "5"


def test_secrets_do_not_get_in_with_answers():
    kept = answer_without_secrets(
        '{"id":"we_1","secret":"whsec_0123456789","number":"4242424242424242","note":"a \\"b\\"",'
        '"last4":"4242","iban":"AT61\\"1904","message":"4242424242424242",'
        '"client_secret":null,"text":"sk_test_4242424242"}'
    )
    told = decode_json(kept, dict)
    assert (told["id"], told["last4"], told["note"]) == ("we_1", "4242", 'a "b"')
    for secret in ("0123456789", "42424242", "1904"):
        assert secret not in kept
    assert "left_out" in decode_json(answer_without_secrets(f'"{"x" * 5_000}"'), dict)


@pytest.mark.parametrize(("share", "kept"), [(1_000, 40), (250, 10), (25, 1), (0, 0)])
def test_a_share_of_reads_is_kept_evenly_and_all_else_always(database, share, kept):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock, reads=share)
        for _ in range(40):
            log.record(logged(world, method="GET"))
        log.record(logged(world))
        log.record(logged(world, method="GET", status=404))
        await log.close()
        assert await count(world) == kept + 2

    play(database, story)


def test_the_api_filters_it(database):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)
        rows = {
            "made": {"object": "po_1", "objects": ("po_1", "txn_1")},
            "read": {"method": "GET", "path": "/v1/payouts/po_1", "object": "po_1"},
            "wrong": {"status": 402, "code": "balance_insufficient", "key": "key_2"},
        }
        for name, changes in rows.items():
            log.record(logged(world, f"req_{name}", **changes))
            world.pass_time(seconds=1)
        log.record(logged(world, "req_other", book_id=book("acct_other"), object="po_1"))
        await log.close()
        for query, wanted in {
            "object=po_1": ["read", "made"],
            "object=po_1&method=POST": ["made"],
            "object=txn_1": [],
            "path=/v1/payouts": ["wrong", "made"],
            "status=402": ["wrong"],
            "failed=true": ["wrong"],
            "error_code=balance_insufficient": ["wrong"],
            "key=key_2": ["wrong"],
            "key=key_2&method=GET": [],
        }.items():
            got = await world.get(f"/request_logs?{query}")
            assert [row["id"][4:] for row in got["data"]] == wanted, query
        assert (await world.get("/request_logs/req_made"))["objects"] == ["po_1", "txn_1"]
        assert (await world.ask("GET", "/request_logs?failed=false")).error["param"] == "failed"

    play(database, story)


def test_long_parameters_are_left_out():
    assert without_secrets({}) is None
    kept = without_secrets({"moves": [{"amount": "1"}] * 10_000})
    assert decode_json(kept, dict)["left_out"].endswith("characters of parameters")


def test_the_api_shows_it(database):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)
        for number in range(5):
            log.record(logged(world, f"req_{number}"))
            world.pass_time(seconds=1)
        log.record(logged(world, "req_other", book_id=book("acct_other")))
        await log.close()
        shown = await world.get("/request_logs/req_3")
        assert shown == {
            "object": "request_log",
            "id": "req_3",
            "created": shown["created"],
            "livemode": False,
            "account": PLATFORM,
            "answer": None,
            "duration_micros": 1_234,
            "error_code": None,
            "idempotency_key": None,
            "key": "key_1",
            "method": "POST",
            "objects": [],
            "operation": None,
            "parameters": {"amount": "5"},
            "path": "/v1/payouts",
            "status": 200,
        }
        for missing in ("req_9", "req_other"):
            assert (await world.ask("GET", f"/request_logs/{missing}")).status == 404

    play(database, story)


def test_the_api_pages_it(database):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)
        began = int(world.clock.now().timestamp()) + 1
        world.clock.to(world.clock.now().replace(microsecond=0) + timedelta(seconds=1))
        for number in range(7):
            log.record(logged(world, f"req_{number}"))
            if number % 2:
                world.pass_time(seconds=1)  # Two requests share each second.
        await log.close()

        async def page(query: str) -> tuple[list[int], bool]:
            got = await world.get(f"/request_logs?{query}")
            return [int(row["id"][4:]) for row in got["data"]], got["has_more"]

        assert await page("limit=3") == ([6, 5, 4], True)
        assert await page("limit=3&starting_after=req_4") == ([3, 2, 1], True)
        assert await page("limit=3&starting_after=req_1") == ([0], False)
        assert await page("limit=2&ending_before=req_2") == ([4, 3], True)
        assert await page("limit=9&ending_before=req_4") == ([6, 5], False)
        assert await page(f"created={began + 1}") == ([3, 2], False)
        assert await page(f"created[gt]={began}&created[lt]={began + 2}") == ([3, 2], False)
        assert await page(f"created[gte]={began + 1}&created[lte]={began + 2}") == (
            [5, 4, 3, 2], False
        )  # fmt: skip
        bad = await world.ask("GET", "/request_logs?starting_after=req_9")
        assert (bad.status, bad.error["param"]) == (400, "starting_after")

    play(database, story)


def test_a_browser_gets_a_page(database):
    async def story(world: World) -> None:
        log = RequestLog(world.pool, world.clock)
        log.record(logged(world, "req_1"))
        log.record(logged(world, "req_child", book_id=book(CHILD), account=CHILD))
        await log.close()
        await world.connect(CHILD)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=world.app), base_url=world.public_url
        )
        browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        async with client:
            asked = await client.get("/v1/request_logs/req_1", headers=browser)
            assert asked.status_code == 401
            assert asked.headers["WWW-Authenticate"].startswith("Basic ")
            key = ("sk_test_platform", "")  # What a browser sends when it has asked for it.
            unnamed = await client.get("/v1/request_logs/req_child", auth=key)
            assert unnamed.status_code == 404
            wrong = await client.get("/v1/request_logs/req_1?account=acct_x", auth=key)
            assert wrong.status_code == 404
            for name, of in (("req_1", ""), ("req_child", f"?account={CHILD}")):
                path = f"/v1/request_logs/{name}{of}"
                page = await client.get(path, headers=browser, auth=key)
                assert page.status_code == 200
                assert page.headers["Content-Type"].startswith("text/html")
                assert "default-src 'none'" in page.headers["Content-Security-Policy"]
                assert name in page.text
                plain = await client.get(path, auth=key)
                assert plain.json()["id"] == name
            missing = await client.get("/v1/request_logs/req_9", headers=browser, auth=key)
            assert (missing.status_code, "No request to show" in missing.text) == (404, True)
            place = f"/v1/request_logs/req_child?account={CHILD}"
            assert (await client.get(place, auth=("sk_test_other", ""))).status_code == 404
            child = {"Stripe-Account": CHILD}
            refused = await client.get("/v1/events/evt_none", auth=key, headers=child)
            leads_to = refused.json()["error"]["request_log_url"]
            assert leads_to.endswith(f"/{refused.headers['Request-Id']}?account={CHILD}")

    play(database, story)
