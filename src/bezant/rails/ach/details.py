"""The details of an ACH instruction: every key, and what its value looks like."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from msgspec import Struct

from bezant.rails.ach.orders import account_types


class Detail(Struct, frozen=True):
    """A key of an instruction's details: the pattern of its values, and its words for people."""

    pattern: str
    words: str
    is_day: bool = False

    def fits(self, value: str) -> bool:
        """Tell whether a value can be written."""
        if not re.fullmatch(self.pattern, value):
            return False
        if not self.is_day:
            return True
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
        return True


_TRACE = Detail("[0-9]{15}", "15 digits")
_DAY = Detail("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day as YYYY-MM-DD", is_day=True)
_CODE = Detail("R[0-9]{2}", "R and two digits")
_NAME = Detail("(?s:.+)", "a name")

DETAILS: Mapping[str, Detail] = MappingProxyType(
    {
        "class_code": Detail("[A-Z]{3}", "an entry class of three letters"),
        "account_type": Detail("|".join(account_types()), f"one of {', '.join(account_types())}"),
        "company_name": _NAME,
        "company_id": Detail("[ -~]{1,10}", "1 to 10 characters"),
        "company_data": Detail("[ -~]{0,20}", "at most 20 characters"),
        "payment_type": Detail("[RS]", "R for recurring or S for single"),
        "discretionary": Detail("[ -~]{0,2}", "at most 2 characters"),
        "retry": Detail("[0-9]", "a number"),
        "account_number": Detail("[0-9A-Za-z-]{1,17}", "1 to 17 letters, digits or hyphens"),
        "original_rdfi": Detail("[0-9]{8}", "8 digits"),
        "date_of_death": _DAY,
        "return_trace": _TRACE,
        "return_code": _CODE,
        "return_day": _DAY,
        "returned_on": _DAY,
        "dishonored_trace": _TRACE,
        "dishonored_code": _CODE,
        "dishonored_day": _DAY,
        "change_code": Detail("C[0-9]{2}", "C and two digits"),
        "corrected": Detail("[ -~]{1,29}", "at most 29 characters"),
    }
)
"""What an ACH entry can say beyond what every instruction says."""


def faults(details: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with an instruction's details."""
    if not details:
        return
    if unknown := sorted(details.keys() - DETAILS.keys()):
        yield f"details of an ACH entry have no {', '.join(unknown)}"
    for key, value in details.items():
        detail = DETAILS.get(key)
        if detail is not None and not detail.fits(value):
            yield f"the detail {key} is not {detail.words}"
