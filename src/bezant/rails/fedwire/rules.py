"""The rules of Fedwire as dated data: hours, limits, message formats, fees."""

from datetime import date, time

from msgspec import Struct

from bezant.rail import Rule, RuleBook

ISO_DAY = date(2025, 7, 14)
"""The single day on which ISO 20022 replaced FAIM."""
MAX_AMOUNT = 10**12 - 1
"""Cents: one less than ten billion dollars."""

_GUIDE = "Federal Reserve, Fedwire Funds Service ISO 20022 Implementation"
_UNCONFIRMED = "general knowledge, unconfirmed"


class Hours(Struct, frozen=True):
    """A business day in Eastern time: it opens on the evening before, customers end earlier."""

    opens_on_the_day_before: time
    customers_until: time
    banks_until: time


HOURS = (
    Rule(Hours(time(21, 0), time(18, 0), time(18, 30)), date(2004, 5, 17), date(2021, 3, 7),
         _UNCONFIRMED),
    Rule(Hours(time(21, 0), time(18, 45), time(19, 0)), date(2021, 3, 8), None,
         f"{_UNCONFIRMED}; the closing hours are unchecked"),
)  # fmt: skip
"""When transfers are taken; what is settled is final."""

LIMIT = (Rule(MAX_AMOUNT, date(2004, 5, 17), None, "Fedwire Funds Service, amount field"),)
"""Cents per transfer."""

ANSWER_SECONDS = (Rule(300, ISO_DAY, None, "our own choice: settlement is immediate"),)
"""Seconds after which a transfer without an answer is enquired after."""

FORMAT = (Rule("ISO 20022", ISO_DAY, None, _GUIDE),)
"""How messages are written."""


class Tier(Struct, frozen=True):
    """What a transfer costs from the nth of a month on, in tenths of a cent."""

    from_item: int
    mills: int


FEES = (
    Rule((Tier(1, 920), Tier(14_001, 285), Tier(90_001, 180)), date(2023, 1, 3), None,
         "Federal Reserve, Fedwire Funds Service fees 2023; the tiers' limits are unconfirmed"),
)  # fmt: skip
"""What the service charges a bank for each transfer, by how many it makes in a month."""

BOOK: RuleBook = {
    "hours, Eastern time": HOURS,
    "cents per transfer": LIMIT,
    "seconds until an answer": ANSWER_SECONDS,
    "message format": FORMAT,
    "mills per transfer": FEES,
}
"""Every dated row, by what it rules."""
