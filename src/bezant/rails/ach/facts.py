"""From a batch that was read to facts: entries sent, entries returned, details corrected."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bezant.kernel.money import Money
from bezant.rail import Fact
from bezant.rails.ach.batch import Addenda, Batch, Entry, direction_of
from bezant.rails.ach.lines import Findings
from bezant.rails.ach.returns import RETURN_REASONS, change, return_reason

CURRENCY = "usd"

_RETURN_CODE = re.compile(r"R[0-9]{2}")
_CHANGE_CODE = re.compile(r"C[0-9]{2}")
_REFUSED_CHANGES = "C6"
_LEAP_YEAR = 366
_HALF_A_YEAR = timedelta(days=183)


def facts_of(batch: Batch, created_on: date | None, findings: Findings) -> Iterator[Fact]:
    """Yield one fact for each entry of a batch; what cannot be dated or named is a finding."""
    effective = read_date(batch.values["effective date"])
    if batch.values["effective date"].strip("0") and effective is None:
        findings.bad(batch.line, f"effective date {batch.values['effective date']} is no date")
    settled_on = settlement_date(batch.values["settlement day"], created_on) or created_on
    for entry in batch.entries:
        returned, notice = entry.has("99"), entry.has("98")
        if returned is not None:
            yield _returned(entry, returned, settled_on, findings)
        elif notice is None:
            yield _submitted(batch, entry, effective)
        elif notice.values["code"].startswith(_REFUSED_CHANGES):
            findings.odd(notice.line, "a change notice that was refused; nothing follows")
        else:
            yield _corrected(notice, settled_on, findings)


def read_date(text: str) -> date | None:
    """Return the day that YYMMDD writes; nothing when there is no such day."""
    try:
        return datetime.strptime(text, "%y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def settlement_date(day_of_year: str, near: date | None) -> date | None:
    """Return the settlement day that a bank wrote as a day of the year, close to another day."""
    if near is None or not day_of_year.strip("0") or int(day_of_year) > _LEAP_YEAR:
        return None
    for year in (near.year, near.year - 1, near.year + 1):
        day = date(year, 1, 1) + timedelta(days=int(day_of_year) - 1)
        if abs(day - near) <= _HALF_A_YEAR:
            return day
    return None


def _amount(entry: Entry) -> Money:
    return Money(int(entry.values["amount"]), CURRENCY)


def _submitted(batch: Batch, entry: Entry, effective: date | None) -> Fact:
    values = entry.values
    return Fact(
        kind="submitted",
        trace=values["trace"],
        amount=_amount(entry),
        on=effective,
        line=entry.line,
        details={
            "class_code": batch.values["class code"],
            "transaction_code": values["transaction code"],
            "direction": direction_of(values["transaction code"]) or "",
            "routing_number": values["rdfi"] + values["check digit"],
            "account_number": values["account number"],
            "name": values.get("name", ""),
            "identification": values.get("identification", ""),
        },
    )


def _returned(entry: Entry, addenda: Addenda, on: date | None, findings: Findings) -> Fact:
    code = addenda.values["code"]
    reason = return_reason(code)
    if not _RETURN_CODE.fullmatch(code):
        findings.bad(addenda.line, f"return reason {code!r} is not R and two digits")
    elif code not in RETURN_REASONS:
        findings.odd(addenda.line, f"return reason {code} is not in the table")
    return Fact(
        kind="returned",
        trace=addenda.values["original trace"],
        amount=_amount(entry),
        code=code,
        reason=reason.meaning,
        failure_code=reason.failure_code,
        on=on,
        line=entry.line,
        details={
            "return_trace": entry.values["trace"],
            "original_rdfi": addenda.values["original rdfi"],
            "account_number": entry.values["account number"],
            "information": addenda.values["information"],
            "date_of_death": addenda.values["date of death"],
        },
    )


def _corrected(addenda: Addenda, on: date | None, findings: Findings) -> Fact:
    code = addenda.values["code"]
    notice = change(code)
    if not _CHANGE_CODE.fullmatch(code):
        findings.bad(addenda.line, f"change code {code!r} is not C and two digits")
    return Fact(
        kind="corrected",
        trace=addenda.values["original trace"],
        code=code,
        reason=notice.meaning,
        on=on,
        line=addenda.line,
        details=notice.corrections(addenda.values["corrected"]),
    )
