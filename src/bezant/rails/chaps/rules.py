"""The rules of CHAPS as dated data: hours, message formats; there is no limit but the digits."""

from datetime import date, time

from msgspec import Struct

from bezant.rail import Rule, RuleBook

ISO_DAY = date(2023, 6, 19)
"""CHAPS carries ISO 20022 since this day."""
MAX_AMOUNT = 10**15 - 1
"""Pence that an amount's digits can say; the scheme has no limit."""

_MANUAL = "Bank of England, CHAPS Reference Manual"
_UNCONFIRMED = "general knowledge, unconfirmed"


class Hours(Struct, frozen=True):
    """A settlement day in London time: customers' payments end before the banks' own."""

    opens: time
    customers_until: time
    banks_until: time


HOURS = (
    Rule(
        Hours(time(6, 0), time(17, 40), time(18, 0)), date(2016, 6, 20), None,
        f"{_MANUAL}; unconfirmed",
    ),
)  # fmt: skip
"""When payments are taken; what is settled is final."""

ANSWER_SECONDS = (
    Rule(3600, ISO_DAY, None, "our own choice: a payment may wait for liquidity in the RTGS"),
)
"""Seconds after which a payment without an answer is enquired after."""

FORMAT = (Rule("ISO 20022", ISO_DAY, None, "Bank of England, RTGS Renewal Programme"),)
"""How messages are written."""

STRUCTURED_ADDRESS = (
    Rule("town and country", date(2026, 11, 14), None, f"Bank of England; {_UNCONFIRMED}"),
)
"""From when on an address has at least these, if there is one."""

BOOK: RuleBook = {
    "hours, London time": HOURS,
    "seconds until an answer": ANSWER_SECONDS,
    "message format": FORMAT,
    "addresses": STRUCTURED_ADDRESS,
}
"""Every dated row, by what it rules."""
