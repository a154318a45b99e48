"""Balance settings: kept in the account's document, checked, shown whole, and told about."""

from typing import Any

from tests.resources.office import Office
from tests.resources.shapes import faults

PATH = "/v1/balance_settings"
BAD_INPUT: list[tuple[dict[str, Any], str]] = [
    ({"payouts": {"schedule": {"interval": "weekly"}}}, "[payouts][schedule][weekly_payout_days]"),
    ({"payouts": {"schedule": {"interval": "hourly"}}}, "[payouts][schedule][interval]"),
    (
        {"payouts": {"minimum_balance_by_currency": {"xxx": 5}}},
        "[payouts][minimum_balance_by_currency]",
    ),
    (
        {"payouts": {"minimum_balance_by_currency": {"usd": -5}}},
        "[payouts][minimum_balance_by_currency][usd]",
    ),
    ({"payouts": {"statement_descriptor": "x" * 23}}, "[payouts][statement_descriptor]"),
    (
        {"settlement_timing": {"delay_days_override": 32}},
        "[settlement_timing][delay_days_override]",
    ),
    (
        {"settlement_timing": {"start_of_day": {"timezone": "Mars"}}},
        "[settlement_timing][start_of_day][timezone]",
    ),
    (
        {
            "payouts": {
                "automatic_transfer_rules_by_currency": {
                    "usd": [{"payout_method": "gbl_1", "type": "transfer_all"}]
                }
            }
        },
        "[payouts][automatic_transfer_rules_by_currency][usd][0][payout_method]",
    ),
]


def test_what_an_account_begins_with(office: Office) -> None:
    for account, status in ((None, "disabled"), (office.open_account(), "enabled")):
        shown = office.get(PATH, account)
        assert faults(shown, "BalanceSettings") == []
        assert shown["payments"] == {
            "debit_negative_balances": False,
            "payouts": {
                "automatic_transfer_rules_by_currency": {},
                "minimum_balance_by_currency": None,
                "schedule": {"interval": "manual"},
                "statement_descriptor": None,
                "status": status,
            },
            "settlement_timing": {"delay_days": 2, "start_of_day": None},
        }


def test_settings_are_kept_in_the_account(office: Office) -> None:
    seller = office.open_account()
    schedule = {"interval": "weekly", "weekly_payout_days": ["monday", "friday"]}
    office.post(
        PATH,
        seller,
        payments={
            "debit_negative_balances": True,
            "payouts": {
                "minimum_balance_by_currency": {"USD": 500, "eur": 0},
                "schedule": schedule,
                "statement_descriptor": "BYRON",
            },
            "settlement_timing": {
                "delay_days_override": 7,
                "start_of_day": {"hour": 6, "timezone": "Europe/Berlin"},
            },
        },
    )
    shown = office.get(PATH, seller)
    assert faults(shown, "BalanceSettings") == []
    payouts = shown["payments"]["payouts"]
    assert payouts["schedule"] == schedule
    assert payouts["minimum_balance_by_currency"] == {"usd": 500, "eur": 0}
    assert shown["payments"]["settlement_timing"] == {
        "delay_days": 7,
        "delay_days_override": 7,
        "start_of_day": {"hour": 6, "minutes": 0, "timezone": "Europe/Berlin"},
    }
    account = office.get(f"/v1/accounts/{seller}")
    assert faults(account, "Account") == []
    assert account["settings"]["payouts"] == {
        "debit_negative_balances": True,
        "schedule": {"delay_days": 7, **schedule},
        "statement_descriptor": "BYRON",
    }
    assert office.get(PATH)["payments"]["payouts"]["schedule"] == {"interval": "manual"}


def test_what_is_not_sent_stays_and_what_is_empty_goes(office: Office) -> None:
    monthly = {"interval": "monthly", "monthly_payout_days": [1, 15]}
    minimums = {"usd": 500, "eur": 7}
    office.post(
        PATH,
        payments={
            "payouts": {"schedule": monthly, "minimum_balance_by_currency": minimums},
            "settlement_timing": {"delay_days_override": 7, "start_of_day": {"hour": 1}},
        },
    )
    shown = office.post(PATH, payments={"payouts": {"minimum_balance_by_currency": {"eur": ""}}})
    assert shown["payments"]["payouts"]["schedule"] == monthly
    assert shown["payments"]["payouts"]["minimum_balance_by_currency"] == {"usd": 500}
    told = office.get("/v1/events", type="balance_settings.updated")["data"][0]["data"]
    assert told["object"] == shown
    assert told["previous_attributes"] == {
        "payments": {"payouts": {"minimum_balance_by_currency": {"eur": 7}}}
    }
    bare = office.post(
        PATH,
        payments={
            "payouts": {"schedule": {"interval": "daily"}, "minimum_balance_by_currency": ""},
            "settlement_timing": {"delay_days_override": "", "start_of_day": ""},
        },
    )
    assert bare["payments"]["payouts"]["schedule"] == {"interval": "daily"}
    assert bare["payments"]["payouts"]["minimum_balance_by_currency"] is None
    assert bare["payments"]["settlement_timing"] == {"delay_days": 2, "start_of_day": None}


def test_accounts_and_settings_show_the_same_schedule(office: Office) -> None:
    seller = office.open_account()

    def both(schedule: dict) -> tuple[dict, dict]:
        """Say it of the account; returns what that shows, and what the settings do."""
        told = {"payouts": {"schedule": schedule}}
        made = office.post(f"/v1/accounts/{seller}", settings=told)["settings"]["payouts"]
        return made["schedule"], office.get(PATH, seller)["payments"]["payouts"]["schedule"]

    weekly = {"schedule": {"interval": "weekly", "weekly_payout_days": ["monday", "friday"]}}
    office.post(PATH, seller, payments={"payouts": weekly,
                "settlement_timing": {"delay_days_override": 7}})  # fmt: skip
    one = {"interval": "weekly", "weekly_payout_days": ["tuesday"]}
    assert both({"weekly_anchor": "tuesday"}) == (
        {"delay_days": 7, "interval": "weekly", "weekly_anchor": "tuesday"}, one)  # fmt: skip
    assert both({"weekly_payout_days": ["tuesday"]})[0] == {"delay_days": 7, **one}
    daily = {"interval": "daily", "delay_days": "minimum"}
    assert both(daily) == ({"delay_days": 2, "interval": "daily"}, {"interval": "daily"})
    timing = office.get(PATH, seller)["payments"]["settlement_timing"]
    assert timing == {"delay_days": 2, "start_of_day": None}
    told = {"payouts": {"schedule": {"interval": "monthly"}}}
    error = office.refused(f"/v1/accounts/{seller}", settings=told)
    assert error["param"] == "settings[payouts][schedule][monthly_payout_days]"


def test_bad_input_gets_its_error(office: Office) -> None:
    before = office.get(PATH)
    for payments, param in BAD_INPUT:
        error = office.refused(PATH, payments=payments)
        assert (error["status"], error["param"]) == (400, f"payments{param}"), payments
    assert office.get(PATH) == before
