"""Automatic payouts: on the platform's clock, once a day, and never more than there is."""

import pytest
from msgspec.structs import replace

from bezant.resources.connect.automatic_payouts import AutomaticPayouts
from tests.resources.office import Office

pytestmark = pytest.mark.alone

SETTINGS = "/v1/balance_settings"


@pytest.fixture
def seller(office: Office) -> str:
    office.fund(50_000)
    return office.open_account()


def give(office: Office, seller: str, amount: int) -> None:
    office.post("/v1/transfers", amount=amount, currency="usd", destination=seller)


def schedule(office: Office, seller: str | None, interval: str, **others: object) -> None:
    days = {"schedule": {"interval": interval, **others}}
    office.post(SETTINGS, seller, payments={"payouts": days})


def pay_out(office: Office) -> int:
    """Do what is due until nothing is."""
    worker = AutomaticPayouts(office.runtime)
    done = 0
    while step := office.run(worker.run_once()):
        done += step
    return done


def amounts(office: Office, seller: str | None) -> list[int]:
    found = office.get("/v1/payouts", seller)["data"]
    assert all(each["automatic"] for each in found)
    return [each["amount"] for each in reversed(found)]


def test_each_day_has_one_payout(office: Office, seller: str) -> None:
    schedule(office, seller, "daily")
    give(office, seller, 700)
    assert pay_out(office) == 0
    office.pass_time(hours=9)
    assert pay_out(office) == 1
    assert pay_out(office) == 0
    give(office, seller, 40)
    office.pass_time(hours=20)
    assert pay_out(office) == 0
    office.pass_time(hours=4)
    assert pay_out(office) == 1
    assert amounts(office, seller) == [700, 40]
    assert office.ledger(seller) == {"in_transit:ach": 740, "due": -740}
    assert office.events(seller).count("payout.created") == 2
    office.pass_time(hours=24)
    assert pay_out(office) == 1
    assert amounts(office, seller) == [700, 40]


def test_nothing_leaves_by_itself_for_a_bank_account_that_has_failed(
    office: Office, seller: str
) -> None:
    give(office, seller, 700)
    schedule(office, seller, "daily")
    office.pass_time(hours=9)
    assert pay_out(office) == 1
    (made,) = office.get("/v1/payouts", seller)["data"]
    for kind, code in (("submitted", None), ("settled", None), ("returned", "R03")):
        office.hear(made["id"], kind, code, account=seller)
    office.work()
    (bank,) = office.get(f"/v1/accounts/{seller}")["external_accounts"]["data"]
    assert bank["status"] == "errored"
    assert office.events(seller)[-2:] == ["account.external_account.updated", "account.updated"]
    office.pass_time(hours=24)
    assert (pay_out(office), amounts(office, seller)) == (1, [700])
    path = f"/v1/accounts/{seller}/external_accounts/{bank['id']}"
    assert office.post(path, account_holder_name="Ada Byron")["status"] == "new"
    office.pass_time(hours=24)
    assert (pay_out(office), amounts(office, seller)) == (1, [700, 700])


def test_a_payout_is_made_of_an_accounts_settings(office: Office, seller: str) -> None:
    give(office, seller, 700)
    texts = {"statement_descriptor": "SHOP", "minimum_balance_by_currency": {"usd": 150}}
    office.post(SETTINGS, seller, payments={"payouts": texts})
    schedule(office, seller, "weekly", weekly_payout_days=["thursday"])
    office.pass_time(days=2)
    assert pay_out(office) == 0
    office.pass_time(days=1)
    assert pay_out(office) == 1
    (made,) = office.get("/v1/payouts", seller)["data"]
    assert (made["amount"], made["statement_descriptor"]) == (550, "SHOP")
    assert made["destination"] == office.get(f"/v1/accounts/{seller}")["external_accounts"][
        "data"][0]["id"]  # fmt: skip
    assert office.ledger(seller)["available"] == 150


def test_the_accounts_day_begins_at_its_hour(office: Office, seller: str) -> None:
    give(office, seller, 700)
    start = {"hour": 6, "minutes": 30, "timezone": "America/New_York"}
    office.post(SETTINGS, seller, payments={"settlement_timing": {"start_of_day": start}})
    schedule(office, seller, "daily")
    office.pass_time(hours=20)
    assert pay_out(office) == 0
    office.pass_time(minutes=30)
    assert pay_out(office) == 1


def test_the_older_settings_name_one_day(office: Office, seller: str) -> None:
    give(office, seller, 700)
    several = {"interval": "monthly", "monthly_payout_days": [3, 4]}
    office.post("/v1/balance_settings", seller, payments={"payouts": {"schedule": several}})
    days = {"interval": "monthly", "monthly_anchor": 5}
    office.post(f"/v1/accounts/{seller}", settings={"payouts": {"schedule": days}})
    office.pass_time(days=2)
    assert pay_out(office) == 0
    office.pass_time(days=1)
    assert pay_out(office) == 1


def test_new_accounts_are_paid_out_as_the_operator_has_set(office: Office) -> None:
    config = replace(office.runtime.config, payout_interval="daily")
    office.runtime = replace(office.runtime, config=config)
    office.fund(1_000)
    seller = office.open_account()
    schedule = office.get(f"/v1/accounts/{seller}")["settings"]["payouts"]["schedule"]
    assert schedule == {"delay_days": 2, "interval": "daily"}
    other = office.post("/v2/core/accounts", display_name="Ada")["id"]
    shown = office.get(f"/v1/accounts/{other}")["settings"]["payouts"]["schedule"]
    assert shown == schedule
    give(office, seller, 700)
    office.pass_time(days=1)
    assert pay_out(office) == 2
    assert amounts(office, seller) == [700]


def test_what_is_changed_meanwhile_counts(office: Office, seller: str) -> None:
    give(office, seller, 700)
    schedule(office, seller, "daily")
    schedule(office, seller, "manual")
    office.pass_time(days=3)
    assert pay_out(office) == 0
    office.post(f"/v1/accounts/{seller}", settings={"payouts": {"schedule": {"interval": "daily"}}})
    office.pass_time(days=1)
    assert pay_out(office) == 1
    assert amounts(office, seller) == [700]


def test_a_missed_day_is_not_made_up_for(office: Office, seller: str) -> None:
    give(office, seller, 700)
    schedule(office, seller, "daily")
    office.pass_time(days=7)
    assert pay_out(office) == 1
    assert amounts(office, seller) == [700]


def test_who_can_not_be_paid_out_waits(office: Office, seller: str) -> None:
    give(office, seller, 700)
    schedule(office, seller, "daily")
    office.post(f"/v1/accounts/{seller}/reject", reason="fraud")
    office.pass_time(days=1)
    assert pay_out(office) == 1
    assert amounts(office, seller) == []
    office.post(f"/v1/accounts/{seller}/unreject")
    office.pass_time(days=1)
    assert pay_out(office) == 1
    assert amounts(office, seller) == [700]


def test_one_account_holds_up_no_other(office: Office) -> None:
    office.fund(50_000)
    sellers = [office.open_account() for _ in range(5)]
    for at, seller in enumerate(sellers):
        schedule(office, seller, "daily")
        give(office, seller, 100 * at + 100)
    office.pass_time(days=1)
    assert pay_out(office) == 5
    assert [amounts(office, seller) for seller in sellers] == [[100], [200], [300], [400], [500]]


def test_the_platform_is_paid_out_too(office: Office) -> None:
    office.fund(1_000)
    path = f"/v1/accounts/{office.platform}/external_accounts"
    office.post(path, external_account="btok_us_verified")
    schedule(office, None, "monthly", monthly_payout_days=[31])
    office.pass_time(days=28)
    assert pay_out(office) == 0
    office.pass_time(days=1)
    assert pay_out(office) == 1
    assert amounts(office, None) == [1_000]
