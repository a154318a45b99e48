"""Return reasons and change notices: the table is whole and says what the API will say."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bezant.rails.ach.returns import (
    CHANGES,
    REFUSED_CHANGES,
    RETURN_REASONS,
    change,
    return_reason,
)

PAYOUT_FAILURES = {
    "account_closed",
    "account_frozen",
    "bank_account_restricted",
    "bank_ownership_changed",
    "could_not_process",
    "debit_not_authorized",
    "declined",
    "insufficient_funds",
    "invalid_account_number",
    "no_account",
}


def codes(*ranges):
    return {f"R{number:02d}" for numbers in ranges for number in numbers}


def test_every_return_reason_of_the_network_is_there():
    assert set(RETURN_REASONS) == codes(
        range(1, 40), range(40, 48), range(50, 54), (61, 62), range(67, 78), range(80, 86)
    ) - codes((48, 49))


def test_every_reason_says_something_of_its_own():
    assert len({reason.meaning for reason in RETURN_REASONS.values()}) >= len(RETURN_REASONS) - 5
    assert all(reason.code == code for code, reason in RETURN_REASONS.items())
    assert {reason.failure_code for reason in RETURN_REASONS.values()} == PAYOUT_FAILURES


@pytest.mark.parametrize(
    ("code", "failure_code"),
    [
        ("R01", "insufficient_funds"),
        ("R02", "account_closed"),
        ("R03", "no_account"),
        ("R04", "invalid_account_number"),
        ("R07", "debit_not_authorized"),
        ("R10", "debit_not_authorized"),
        ("R12", "bank_ownership_changed"),
        ("R16", "account_frozen"),
        ("R20", "bank_account_restricted"),
        ("R23", "declined"),
        ("R17", "could_not_process"),
        ("R99", "could_not_process"),
    ],
)
def test_reasons_as_the_api_says_them(code, failure_code):
    assert return_reason(code).failure_code == failure_code


@pytest.mark.parametrize("code", ["R05", "R07", "R10", "R11", "R33", "R37", "R38", "R51", "R52"])
def test_what_a_consumer_disowns_may_come_back_for_sixty_days(code):
    assert return_reason(code).deadline == "sixty days"


@pytest.mark.parametrize("code", ["R01", "R02", "R03", "R04", "R16", "R29"])
def test_ordinary_returns_come_back_in_two_banking_days(code):
    assert return_reason(code).deadline == "two banking days"


@pytest.mark.parametrize(
    ("code", "corrected", "corrections"),
    [
        ("C01", "1918171614", {"account_number": "1918171614"}),
        ("C02", "026009593", {"routing_number": "026009593"}),
        ("C03", "026009593   98765", {"routing_number": "026009593", "account_number": "98765"}),
        ("C04", "ADA KING", {"name": "ADA KING"}),
        ("C05", "32", {"transaction_code": "32"}),
        ("C06", f"{'98765':20}32", {"account_number": "98765", "transaction_code": "32"}),
        (
            "C07",
            f"026009593{'98765':17}32",
            {"routing_number": "026009593", "account_number": "98765", "transaction_code": "32"},
        ),
        ("C09", "ID 7", {"identification": "ID 7"}),
        ("C08", "DEUTDEFF", {"receiving_bank": "DEUTDEFF"}),
        ("C13", "", {}),
        ("C14", "CCD", {"class_code": "CCD"}),
        ("C77", "anything", {}),
    ],
)
def test_what_a_change_notice_corrects(code, corrected, corrections):
    assert change(code).corrections(corrected.ljust(29)) == corrections


def test_every_change_notice_has_a_meaning():
    assert set(CHANGES) == {"C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C13",
                            "C14"}  # fmt: skip
    assert all(notice.meaning for notice in CHANGES.values())
    assert set(REFUSED_CHANGES) == {f"C{number}" for number in range(61, 70)}


@pytest.mark.parametrize(
    ("code", "counted_from", "due"),
    [
        ("R01", "2026-03-05", "2026-03-09 08:30"),
        ("R03", "2026-07-01", "2026-07-03 08:30"),
        ("R07", "2026-03-03", "2026-05-04 08:30"),
        ("R10", "2026-03-26", "2026-05-26 08:30"),
        ("R13", "2026-03-06", "2026-03-09 08:30"),
        ("R29", "2026-12-23", "2026-12-28 08:30"),
        ("R80", "2026-03-03", "2026-03-04 08:30"),
        ("R68", "2026-03-03", "2026-03-10 08:30"),
        ("R73", "2026-11-10", "2026-11-13 08:30"),
        ("R31", "2026-03-03", None),
    ],
)
def test_when_a_code_must_be_back(code, counted_from, due):
    found = return_reason(code).due_by(date.fromisoformat(counted_from))
    eastern = ZoneInfo("America/New_York")
    assert found == (due and datetime.fromisoformat(due).replace(tzinfo=eastern))


@pytest.mark.parametrize(
    ("code", "kind"),
    [("R03", "returned"), ("R61", "dishonored"), ("R70", "dishonored"), ("R71", "contested"),
     ("R77", "contested"), ("R85", "returned")],
)  # fmt: skip
def test_what_a_code_is(code, kind):
    assert return_reason(code).kind == kind
