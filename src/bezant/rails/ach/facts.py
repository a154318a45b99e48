"""From an entry that was read to a fact: sent, received, returned, disputed, corrected."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from bezant.kernel.money import Money
from bezant.rail import Direction, Fact, Party, UsAccount
from bezant.rails.ach import iat
from bezant.rails.ach.batch import Addenda, Batch, Entry, direction_of
from bezant.rails.ach.lines import Findings
from bezant.rails.ach.records import check_digit, is_digits
from bezant.rails.ach.returns import REFUSED_CHANGES, RETURN_REASONS, change, return_reason

CURRENCY = "usd"
OPERATOR_DAY = "settlement day"
"""The column that the network's operator fills: what has it comes from the other side."""

_RETURN_CODE = re.compile(r"R[0-9]{2}")
_CHANGE_CODE = re.compile(r"C[0-9]{2}")
_LEAP_YEAR = 366
_HALF_A_YEAR = timedelta(days=183)
_PRENOTES = frozenset("38")
_OTHER_SIDE: Mapping[Direction, Direction] = {"credit": "debit", "debit": "credit"}
"""What an entry that comes to us is for its sender: our credit is a debit to them."""


class Translator:
    """Makes the facts of one batch; what cannot be dated or named is a finding."""

    def __init__(self, batch: Batch, created_on: date | None, findings: Findings) -> None:
        """Read the batch's days; `created_on` is the file's, close to which a day of year lies."""
        values = batch.values
        self._batch = batch
        self._findings = findings
        self._strict = batch.dialect.read_unknown_returns == "no"
        self._effective = read_date(values["effective date"])
        effective = values["effective date"]
        if is_digits(effective) and effective.strip("0") and self._effective is None:
            findings.bad(batch.line, f"effective date {effective} is no date")
        settled = settlement_date(values[OPERATOR_DAY], created_on)
        self._settled = settled or created_on
        self._from_outside = settled is not None

    def fact(self, entry: Entry) -> Fact:
        """Return what an entry with its addenda says."""
        if not entry.addenda:
            return self._forward(entry)
        returned = entry.has("99")
        if returned is not None:
            return self._returned(entry, returned)
        notice = entry.has("98")
        return self._forward(entry) if notice is None else self._corrected(entry, notice)

    def _forward(self, entry: Entry) -> Fact:
        values, batch = entry.values, self._batch.values
        code = values["transaction code"]
        direction = direction_of(code)
        details = {
            "class_code": batch["class code"],
            "transaction_code": code,
            "direction": direction or "",
            "routing_number": values["rdfi"] + values["check digit"],
            "account_number": values["account number"],
            "name": values.get("name", ""),
            "identification": values.get("identification", ""),
            "description": batch["description"],
        }
        if code[1] in _PRENOTES:
            details["prenote"] = "yes"
        if not self._from_outside:
            details["batch"] = batch["batch number"].lstrip("0")
        remittance = _remittance(entry.addenda) if entry.addenda else ""
        if batch["class code"] == "IAT":
            details |= iat.details_of([addenda.text for addenda in entry.addenda])
            details |= {"destination_country": batch["destination country"],
                        "originating_currency": batch["originating currency"],
                        "destination_currency": batch["destination currency"]}  # fmt: skip
            details["name"] = details.get("receiver_name", "")
            remittance = details.pop("remittance", "")
        return Fact(
            kind="received" if self._from_outside else "submitted",
            trace=values["trace"],
            amount=_amount(entry),
            on=self._settled if self._from_outside else self._effective,
            line=entry.line,
            end_to_end_id=details["identification"],
            direction=_OTHER_SIDE[direction] if self._from_outside and direction else direction,
            counterparty=self._sender(details) if self._from_outside else None,
            remittance=remittance,
            details=details,
        )

    def _sender(self, details: Mapping[str, str]) -> Party:
        batch = self._batch.values
        name = batch.get("company name") or details.get("originator_name", "")
        bank = UsAccount(batch["odfi"] + check_digit(batch["odfi"]), "")
        return Party(name, bank, "company", tax_id=batch["company id"])

    def _returned(self, entry: Entry, addenda: Addenda) -> Fact:
        values, code = addenda.values, addenda.values["code"]
        reason = return_reason(code)
        if not _RETURN_CODE.fullmatch(code):
            self._findings.bad(addenda.line, f"return reason {code!r} is not R and two digits")
        elif code not in RETURN_REASONS:
            tell = self._findings.bad if self._strict else self._findings.odd
            tell(addenda.line, f"return reason {code} is not in the table")
        details = {
            "return_trace": entry.values["trace"],
            "original_rdfi": values["original rdfi"],
            "account_number": entry.values["account number"],
            "transaction_code": entry.values["transaction code"],
            "class_code": self._batch.values["class code"],
        }
        details |= {name: values[key] for name, key in _OF_RETURNS.items() if key in values}
        return Fact(
            kind=reason.kind,
            trace=values["original trace"],
            amount=_amount(entry),
            code=code,
            reason=reason.meaning,
            failure_code=reason.failure_code,
            on=self._settled,
            line=entry.line,
            direction=direction_of(entry.values["transaction code"]),
            details=details,
        )

    def _corrected(self, entry: Entry, addenda: Addenda) -> Fact:
        values, code = addenda.values, addenda.values["code"]
        notice = change(code)
        if not _CHANGE_CODE.fullmatch(code):
            self._findings.bad(addenda.line, f"change code {code!r} is not C and two digits")
        refused = code in REFUSED_CHANGES
        details = notice.corrections(addenda.text[35:64])
        if refused:
            details = {
                "change_code": values["change code"],
                "corrected": values["corrected"],
                "notice_sequence": values["change sequence"],
            }
        routing = details.get("routing_number", "")
        if routing and not (
            is_digits(routing) and len(routing) == 9 and check_digit(routing) == routing[8]
        ):
            self._findings.odd(
                addenda.line, f"corrected routing number {routing!r} fails its check"
            )
        return Fact(
            kind="dishonored" if refused else "corrected",
            trace=values["original trace"],
            code=code,
            reason=REFUSED_CHANGES[code] if refused else notice.meaning,
            on=self._settled,
            line=addenda.line,
            details=details,
        )


_OF_RETURNS = {
    "information": "information",
    "date_of_death": "date of death",
    "disputed_return_trace": "return trace",
    "disputed_return_code": "return code",
    "disputed_return_day": "return day",
    "returned_on": "returned on",
    "original_day": "original day",
    "dishonored_trace": "dishonored trace",
    "dishonored_code": "dishonored code",
    "dishonored_day": "dishonored day",
}
"""What a return or a dispute about one tells, by the names of its columns."""


def read_date(text: str) -> date | None:
    """Return the day that YYMMDD writes; nothing when there is no such day."""
    if len(text) != 6 or not is_digits(text):
        return None
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


def settlement_date(day_of_year: str, near: date | None) -> date | None:
    """Return the settlement day that a bank wrote as a day of the year, close to another day."""
    if near is None or not is_digits(day_of_year) or not 0 < int(day_of_year) <= _LEAP_YEAR:
        return None
    for year in (near.year, near.year - 1, near.year + 1):
        day = date(year, 1, 1) + timedelta(days=int(day_of_year) - 1)
        if abs(day - near) <= _HALF_A_YEAR:
            return day
    return None


def _amount(entry: Entry) -> Money:
    return Money(int(entry.values["amount"]), CURRENCY)


def _remittance(addenda: list[Addenda]) -> str:
    """Return the free text of an entry: eighty characters of each of its addenda, in a row."""
    return "".join(one.text[3:83] for one in addenda if one.kind == "05").rstrip()
