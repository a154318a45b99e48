"""Instant payouts of card payments that are still pending: taken ahead, and paid back in time."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bezant.api.context import Caller
from bezant.commit.change_set import Refused
from bezant.db.migrate import FOLDER
from bezant.db.pool import connect_sync
from bezant.ledger.book import book_of
from bezant.ledger.verify import verify
from bezant.resources.core import payouts
from bezant.workers import mature
from tests.payments.till import Till, plan

PATH = "/v1/payouts"
PLAN = """
[plans.standard]
instant_advances = { usd = 6000 }
rules = []
"""
BACKFILL = (FOLDER / "0034_coming_before.pre.sql").read_bytes()
PRICE = """
[[plans.standard.instant_application_fee]]
[[plans.standard.instant_application_fee.least_of]]
percent = "2"
"""


@pytest.fixture
def till(shared_till: Till) -> Till:
    return shared_till


@pytest.fixture
def shop(till: Till) -> str:
    """An account with 100.00 of a Monday pending, and 50.00 of the Tuesday that it is."""
    till.pass_time(days=-till.clock.now().weekday() % 7)
    shop = till.open_account()
    sell(till, shop, 10_000)
    till.pass_time(days=1)
    sell(till, shop, 5_000)
    return shop


def sell(till: Till, shop: str, amount: int) -> str:
    intent = till.pay(amount, transfer_data={"destination": shop})
    return intent["latest_charge"]


def pay(till: Till, shop: str, amount: int) -> Any:
    return till.post(PATH, shop, amount=amount, currency="usd", method="instant")


def instant(till: Till, shop: str) -> int:
    (held,) = till.get("/v1/balance", shop)["instant_available"]
    return held["amount"]


def held(till: Till, shop: str) -> tuple[int, int]:
    """Return what is available and pending, which is what the balance transactions say as well."""
    shown = till.get("/v1/balance", shop)
    sums = shown["available"][0]["amount"], shown["pending"][0]["amount"]
    listed = till.get("/v1/balance_transactions", shop, limit=100)["data"]
    for status, amount in zip(("available", "pending"), sums, strict=True):
        assert amount == sum(each["net"] for each in listed if each["status"] == status)
    return sums


def test_pending_card_payments_can_be_paid_out_and_pay_it_back_day_by_day(till: Till, shop: str):
    assert (held(till, shop), instant(till, shop)) == ((0, 15_000), 15_000)
    made = pay(till, shop, 12_000)
    assert till.transactions(shop)[2:] == [
        ("advance", 12_000, 0, "available"),
        ("advance_funding", -10_000, 0, "pending"),
        ("advance_funding", -2_000, 0, "pending"),
        ("payout", -12_000, 0, "available"),
    ]
    listed = till.get("/v1/balance_transactions", shop, type="advance_funding")["data"]
    assert {each["reporting_category"] for each in listed} == {"advance_funding"}
    assert {each["source"] for each in listed} == {made["id"]}
    assert (held(till, shop), instant(till, shop)) == ((0, 3_000), 3_000)
    error = till.refused(PATH, shop, amount=3_001, currency="usd", method="instant")
    assert (error["status"], error["code"]) == (400, "balance_insufficient")
    assert till.refused(PATH, shop, amount=1, currency="usd")["code"] == "balance_insufficient"
    till.pass_time(days=1)
    till.mature()
    assert held(till, shop) == (0, 3_000)
    till.pass_time(days=1)
    till.mature()
    assert (held(till, shop), instant(till, shop)) == ((3_000, 0), 3_000)


def test_what_fails_is_pending_again_unless_it_has_come_due(till: Till, shop: str):
    soon, later = pay(till, shop, 12_000), pay(till, shop, 3_000)
    assert held(till, shop) == (0, 0)
    till.post(f"{PATH}/{later['id']}/cancel", shop)
    assert (held(till, shop), instant(till, shop)) == ((0, 3_000), 3_000)
    till.hear(soon["id"], "submitted", account=shop)
    till.pass_time(days=1)
    till.mature()
    till.hear(soon["id"], "rejected", "R03", account=shop)
    assert held(till, shop) == (10_000, 5_000)
    till.pass_time(days=1)
    till.mature()
    assert held(till, shop) == (15_000, 0)
    assert till.ledger(shop)["available"] == 15_000


def test_what_is_available_goes_first_and_what_is_owed_is_not_advanced(till: Till, shop: str):
    till.fund(20_000)
    till.post("/v1/transfers", amount=1_000, currency="usd", destination=shop)
    assert instant(till, shop) == 16_000
    pay(till, shop, 1_500)
    assert ("advance", 500, 0, "available") in till.transactions(shop)
    assert held(till, shop) == (0, 14_500)
    gone = till.post(PATH, shop, amount=14_500, currency="usd", method="instant")
    till.hear(gone["id"], "submitted", account=shop)
    till.hear(gone["id"], "settled", account=shop)
    assert (held(till, shop), instant(till, shop)) == ((0, 0), 0)


def test_refunds_lower_what_can_be_taken_ahead(till: Till):
    shop = till.open_account()
    charge = sell(till, shop, 10_000)
    sell(till, shop, 2_000)
    till.fund(20_000)
    till.post("/v1/refunds", charge=charge, reverse_transfer=True, amount=9_000)
    assert (held(till, shop), instant(till, shop)) == ((0, 3_000), 3_000)
    pay(till, shop, 3_000)
    till.post("/v1/refunds", charge=charge, reverse_transfer=True)
    assert (held(till, shop), instant(till, shop)) == ((0, -1_000), 0)
    till.pass_time(days=4)
    till.mature()
    assert held(till, shop) == (-1_000, 0)


def test_what_fails_is_undone_with_the_platforms_fee(till: Till, shop: str, tmp_path: Path):
    with plan(till, tmp_path, PLAN + PRICE):
        made = pay(till, shop, 5_000)
    assert (made["application_fee_amount"], held(till, shop)) == (100, (0, 9_900))
    till.hear(made["id"], "submitted", account=shop)
    till.hear(made["id"], "rejected", "R03", account=shop)
    assert held(till, shop) == (0, 14_900)
    till.work_off()
    assert held(till, shop) == (0, 15_000)
    assert till.get(f"/v1/application_fees/{made['application_fee']}")["refunded"] is True


def test_what_was_taken_ahead_is_paid_back_first(
    till: Till, shop: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mature, "AT_ONCE", 2)
    for _ in range(3):
        sell(till, shop, 1_000)
    pay(till, shop, 18_000)
    till.pass_time(days=3)
    while till.mature():
        assert held(till, shop)[0] <= 0
    assert held(till, shop) == (0, 0)


STEPS = st.one_of(
    st.tuples(st.sampled_from(["sell", "refund", "pay"]), st.integers(1, 100)),
    st.tuples(st.sampled_from(["fail", "arrive", "days"]), st.integers(1, 4)),
)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=6, max_size=12))
def test_whatever_happens_nothing_is_lost(
    till: Till, shared_database: str, steps: list[tuple[str, int]]
):
    """All that is sold is at the bank, refunded or available in the end, and never there twice."""
    shop, sold, paid = till.open_account(), list[str](), dict[str, int]()
    till.fund(100_000)
    whole = given_back = 0
    for what, number in [("sell", 80), *steps]:
        match what:
            case "sell":
                sold.append(sell(till, shop, number * 100))
                whole += number * 100
            case "refund" if sold:
                till.post("/v1/refunds", charge=sold.pop(), reverse_transfer=True, amount=number)
                given_back += number
            case "pay" if most := instant(till, shop):
                error = till.refused(PATH, shop, amount=most + 1, currency="usd", method="instant")
                assert error["code"] == "balance_insufficient"
                amount = max(most * number // 100, 1)
                paid[pay(till, shop, amount)["id"]] = amount
            case "fail" | "arrive" if paid:
                name, amount = paid.popitem()
                till.hear(name, "submitted", account=shop)
                if what == "fail":
                    till.hear(name, "rejected", "R03", account=shop)
                else:
                    till.hear(name, "settled", account=shop)
                    whole -= amount
            case "days":
                till.pass_time(days=number)
                till.mature()
            case _:
                continue
        here, coming = held(till, shop)
        assert here + coming == whole - given_back - sum(paid.values())
        assert given_back or (here >= 0 and coming >= 0)
    assert verify(shared_database, deep=False).problems == []
    till.pass_time(days=9)
    till.mature()
    assert held(till, shop) == (whole - given_back - sum(paid.values()), 0)


def test_a_plan_bounds_what_is_outstanding_also_of_two_at_once(
    till: Till, shop: str, tmp_path: Path
):
    caller = Caller(till.platform, shop, livemode=False)

    async def both() -> list[str]:
        params = payouts.CreatePayout(amount=3_500, currency="usd", method="instant")
        first, second = till.context(caller), till.context(caller)
        for ctx in (first, second):
            await payouts.create(ctx, params)
        outcomes = [*await first.commit(), *await second.commit()]
        return [each.code if isinstance(each, Refused) else "" for each in outcomes]

    with plan(till, tmp_path, PLAN):
        assert instant(till, shop) == 6_000
        taken, other = till.run(both())
        assert (taken, other in ("exists", "stale")) == ("", True)
        assert instant(till, shop) == 2_500


def test_sums_of_what_is_to_come_are_as_if_added_up_once_and_are_proved(
    till: Till, shop: str, shared_database: str
):
    pay(till, shop, 12_000)
    with connect_sync(shared_database) as connection:
        kept = b"select * from coming order by book_id, currency, due_at"
        before = connection.execute(kept).fetchall()
        with connection.transaction():
            for statement in BACKFILL.split(b";\n")[:-1]:
                connection.execute(statement)
        assert connection.execute(kept).fetchall() == before
        here = [row for row in before if row[0] == book_of(shop, livemode=False).id]
        assert [row[3:] for row in here] == [(2, 0, 10_000), (2, 3_000, 2_000)]
        connection.execute(b"update coming set amount = amount + 1 where advanced = 2000")
        (check,) = [one for one in verify(shared_database, deep=False).checks if not one.ok]
        assert (check.name, [one.expected for one in check.problems]) == (
            "coming", ["2 transactions, 3000 to come, 2000 advanced"])  # fmt: skip
        connection.execute(b"update coming set amount = amount - 1 where advanced = 2000")
    till.pass_time(days=9)
    till.mature()
    with connect_sync(shared_database) as connection:
        assert connection.execute(b"select count(*) from coming").fetchone() == (0,)
