"""Reports: their figures are the ledger's, in every interval; runs say what they cannot do."""

import csv
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from bezant.ledger import history
from bezant.ledger.book import book_of
from bezant.ledger.chart import account_id
from bezant.resources.reporting import run_report
from bezant.resources.reporting.catalogue import REPORTS
from tests.resources.office import OTHER_SECRET, Office

SUMMARY = "balance.summary.1"
ACTIVITY = "balance_change_from_activity.itemized.3"
RECONCILIATION = "payout_reconciliation.itemized.5"
Rows = list[dict[str, str]]


def second(moment: datetime) -> int:
    return int(moment.timestamp())


def run(office: Office, kind: str, account: str | None = None, **parameters: Any) -> Any:
    """Have a report made."""
    made = office.post(
        "/v1/reporting/report_runs", account, report_type=kind, parameters=parameters
    )
    assert (made["status"], made["result"]) == ("pending", None)
    assert office.work() == 1
    return office.get(f"/v1/reporting/report_runs/{made['id']}", account)


def rows(office: Office, kind: str, account: str | None = None, **parameters: Any) -> Rows:
    """Return the lines of a report."""
    done = run(office, kind, account, **parameters)
    assert (done["status"], done["error"]) == ("succeeded", None)
    path = done["result"]["url"].removeprefix("https://pay.example.com")
    text = office.run(office.send("GET", path, account=account, raw=True)).text
    assert len(text.encode()) == done["result"]["size"]
    return list(csv.DictReader(StringIO(text)))


def live(office: Office, seed: int) -> tuple[str, list[int]]:
    """Let money come and go for some days; returns an account and moments between."""
    chance, moments = random.Random(seed), list[int]()
    office.pass_time(days=1)
    account = office.open_account()
    office.fund(100_000)
    for number in range(24):
        if not number % 3:
            office.pass_time(hours=chance.randrange(1, 30), seconds=chance.randrange(60))
            moments.append(second(office.clock.now()))
            office.pass_time(seconds=1)
        amount = chance.randrange(100, 2_000)
        match chance.randrange(5):
            case 0:
                office.post("/v1/topups", amount=amount, currency="usd")
            case 1:
                office.fund(amount)
            case 2:
                office.post("/v1/transfers", amount=amount, currency="usd", destination=account)
            case _:
                office.post("/v1/transfers", amount=amount, currency="usd", destination=account)
                payout = office.post("/v1/payouts", account, amount=amount // 2, currency="usd")
                told = chance.choice([(), ("settled",), ("settled", "returned"), ("cancel",)])
                for kind in told:
                    if kind == "cancel":
                        office.post(f"/v1/payouts/{payout['id']}/cancel", account)
                    else:
                        code = "R03" if kind == "returned" else None
                        for step in ("submitted", kind) if kind == "settled" else (kind,):
                            office.hear(payout["id"], step, code, account=account)
    office.pass_time(seconds=1)
    while office.work():  # What has come back has work to do of its own.
        pass
    return account, [*moments, second(office.clock.now())]


def balance_at(office: Office, account: str, moment: int) -> int:
    """Return what the ledger says an account had before a second began."""
    book = book_of(account, livemode=False)
    known = datetime.fromtimestamp(moment, office.clock.now().tzinfo) - timedelta(microseconds=1)

    async def read() -> int:
        async with office.runtime.pool.connection() as conn:
            found = [
                await history.as_of(conn, book, account_id(path, "usd"), known=known)
                for path in ("available", "pending")
            ]
        return sum(each.posted for each in found if each is not None)

    return office.run(read())


def cents(text: str) -> int:
    assert text == f"{Decimal(text):.2f}"
    return int(Decimal(text) * 100)


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_tie_to_the_ledger_in_every_interval(office: Office, seed: int) -> None:
    """Opening, activity and payouts make closing, which is the balance as of the moment."""
    account, moments = live(office, seed)
    chance = random.Random(seed)
    intervals = [sorted(chance.sample(moments, 2)) for _ in range(5)]
    seen: Counter[str] = Counter()
    for whose in (account, office.platform):
        named = account if whose == account else None
        for start, end in [*intervals, [moments[0], moments[-1]]]:
            span = {"interval_start": start, "interval_end": end}
            summary = rows(office, SUMMARY, named, **span)
            told = {each["category"]: cents(each["net_amount"]) for each in summary}
            assert told["starting_balance"] == balance_at(office, whose, start)
            assert told["ending_balance"] == balance_at(office, whose, end)
            parts = ("starting_balance", "activity", "payouts")
            assert sum(told[each] for each in parts) == told["ending_balance"]
            activity = rows(office, ACTIVITY, named, **span)
            assert sum(cents(each["net"]) for each in activity) == told["activity"]
            payouts = rows(office, RECONCILIATION, named, **span)
            seen.update(each["reporting_category"] for each in (*activity, *payouts))
            for each in (*activity, *payouts):
                assert cents(each["gross"]) - cents(each["fee"]) == cents(each["net"])
    whole = {"interval_start": moments[0], "interval_end": moments[-1]}
    payouts = rows(office, RECONCILIATION, account, **whole)
    summary = rows(office, SUMMARY, account, **whole)
    (total,) = (each["net_amount"] for each in summary if each["category"] == "payouts")
    assert sum(cents(each["net"]) for each in payouts) == cents(total) != 0
    assert {"charge", "payout", "payout_reversal", "topup", "transfer"} <= seen.keys()


def test_a_run_is_told_of_and_its_file_is_like_any_other(office: Office) -> None:
    office.pass_time(days=1)
    office.fund(500)
    office.pass_time(seconds=1)
    now = second(office.clock.now())
    done = run(office, ACTIVITY, interval_start=now - 60, interval_end=now)
    assert done["succeeded_at"] == now
    assert done["parameters"] == {"interval_start": now - 60, "interval_end": now}
    file = done["result"]
    assert (file["purpose"], file["type"]) == ("finance_report_run", "csv")
    assert office.listed("/v1/files", purpose="finance_report_run") == [file["id"]]
    assert office.events()[-2:] == ["file.created", "reporting.report_run.succeeded"]
    assert office.work() == 0
    link = office.post("/v1/file_links", file=file["id"])
    followed = office.ask("GET", link["url"].removeprefix("https://pay.example.com"), secret="")
    assert followed.text.startswith("balance_transaction_id,created_utc,")
    assert "attachment" in followed.headers["Content-Disposition"]


@pytest.mark.alone
def test_columns_zones_and_filters(office: Office) -> None:
    office.pass_time(days=1)
    seller = office.open_account()
    office.fund(5_000)
    sent = {"currency": "usd", "destination": seller, "metadata": {'a "b" %s': "Ä,\n"}}
    transfer = office.post("/v1/transfers", amount=300, **sent)
    office.pass_time(seconds=1)
    now = second(office.clock.now())
    asked = {
        "interval_start": now - 60,
        "interval_end": now,
        "columns": ["source_id", "created", "created_utc", 'transfer_metadata[a "b" %s]', "gross"],
        "timezone": "Asia/Kolkata",
    }
    top, sent = rows(office, ACTIVITY, **asked)
    assert sent["source_id"] == transfer["id"]
    assert (sent['transfer_metadata[a "b" %s]'], top['transfer_metadata[a "b" %s]']) == ("Ä,\n", "")
    assert list(sent) == asked["columns"]
    assert sent["created_utc"] == "2026-03-03 15:00:00"
    assert sent["created"] == "2026-03-03 20:30:00"
    assert sent["gross"] == "-3.00"
    (only,) = rows(office, ACTIVITY, **{**asked, "reporting_category": "topup"})
    assert only["gross"] == "50.00"
    assert rows(office, ACTIVITY, **{**asked, "currency": "eur"}) == []
    of = {**asked, "connected_account": seller, "columns": ["gross", "reporting_category"]}
    (paid,) = rows(office, f"connected_account_{ACTIVITY}", **of)
    assert paid == {"gross": "3.00", "reporting_category": "charge"}


@pytest.mark.parametrize("kind", REPORTS)
def test_every_column_of_every_report_can_be_had(office: Office, kind: str) -> None:
    office.pass_time(days=1)
    seller = office.open_account()
    office.fund(5_000)
    office.post("/v1/transfers", amount=300, currency="usd", destination=seller)
    office.post("/v1/payouts", seller, amount=100, currency="usd")
    office.pass_time(seconds=1)
    report, now = REPORTS[kind], second(office.clock.now())
    columns = [*report.columns, *(f"{name}[x]" for name in report.metadata)]
    of = {"connected_account": seller} if report.connected else {}
    asked = {"interval_start": now - 60, "interval_end": now, "columns": columns, **of}
    for line in rows(office, kind, **asked):
        assert list(line) == columns
    shown = office.get(f"/v1/reporting/report_types/{kind}")
    assert set(shown["default_columns"]) <= set(columns)
    assert shown in office.get("/v1/reporting/report_types")["data"]
    assert shown["data_available_start"] < now == shown["data_available_end"]


def test_long_reports_come_in_pieces(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_report, "PIECE_BYTES", 400)
    office.pass_time(days=1)
    for _ in range(12):
        office.fund(100)
    office.pass_time(seconds=1)
    now = second(office.clock.now())
    assert len(rows(office, ACTIVITY, interval_start=now - 60, interval_end=now)) == 12


def test_a_report_may_begin_before_there_is_data(office: Office) -> None:
    office.fund(100)
    office.pass_time(seconds=1)
    now = second(office.clock.now())
    assert len(rows(office, ACTIVITY, interval_start=1, interval_end=now)) == 1
    assert rows(office, ACTIVITY, interval_start=1, interval_end=1_600_000_000) == []


def refusals(now: int) -> Iterator[tuple[dict[str, Any], str]]:
    good = {"interval_start": now - 60, "interval_end": now}
    yield {"interval_start": now}, "parameters[interval_end]"
    yield {"interval_end": now}, "parameters[interval_start]"
    yield {**good, "interval_end": now - 60}, "parameters[interval_end]"
    yield {**good, "interval_end": now + 1}, "parameters[interval_end]"
    yield {**good, "timezone": "Mars/Olympus"}, "parameters[timezone]"
    yield {**good, "currency": "xxx"}, "parameters[currency]"
    yield {**good, "columns": ["net_amount", "luck"]}, "parameters[columns][1]"
    yield {**good, "columns": ["payment_metadata[x]"]}, "parameters[columns][0]"
    yield {**good, "payout": "po_1"}, "parameters[payout]"
    yield {**good, "connected_account": "acct_1"}, "parameters[connected_account]"


def test_what_cannot_be_run_is_refused(office: Office) -> None:
    office.pass_time(days=1)
    now, path = second(office.clock.now()), "/v1/reporting/report_runs"
    for parameters, param in refusals(now):
        told = office.refused(path, report_type=SUMMARY, parameters=parameters)
        assert told["param"] == param, parameters
    assert office.refused(path, report_type="luck.1")["param"] == "report_type"
    assert office.refused(path, report_type=SUMMARY)["code"] == "parameter_missing"
    span = {"interval_start": now - 60, "interval_end": now}
    for of in ({}, {"connected_account": "acct_other"}):
        told = office.refused(
            path, report_type=f"connected_account_{ACTIVITY}", parameters={**span, **of}
        )
        assert told["param"] == "parameters[connected_account]"
    theirs = office.ask(
        "POST",
        path,
        secret=OTHER_SECRET,
        params={
            "report_type": f"connected_account_{ACTIVITY}",
            "parameters": {**span, "connected_account": office.open_account()},
        },
    )
    assert theirs.status == 400, "another platform's account"
    assert office.refused("/v1/reporting/report_types/luck.1", verb="GET")["status"] == 404
    assert office.listed(path) == []


def test_a_report_that_fails_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.pass_time(days=1)
    now = second(office.clock.now())
    broken = REPORTS[SUMMARY].__class__(
        SUMMARY, "", 1, b"select 1/0 as category", {"category": "r.category"}, ["category"]
    )
    monkeypatch.setitem(run_report.REPORTS, SUMMARY, broken)
    done = run(office, SUMMARY, interval_start=now - 60, interval_end=now)
    assert (done["status"], done["result"]) == ("failed", None)
    assert "server's log" in done["error"]
    assert office.events()[-1] == "reporting.report_run.failed"
