"""The rules of Bacs as dated data: limits, hours, days, and how long money can come back."""

from datetime import UTC, date, datetime, time

from msgspec import Struct

from bezant.rail import Rule, RuleBook

MAX_FIELD = 10**11 - 1
"""Pence that the eleven digits of a record's amount can say; only contra records come near."""
MAX_FILE_COUNT = 9_000_000
"""Entries of a file, so that with its contra records seven digits can count them."""
MAX_FILE_TOTAL = 10**13 - 1
"""Pence that the thirteen digits of the trailer can say."""

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The final day of a collection: the Direct Debit Guarantee has no end."""

_GUIDE = "Bacs Service User Guide"
_GENERAL = "general knowledge, unconfirmed"
_BEGIN = date(1985, 1, 1)

REPRESENTED = "REPRESENTED"
"""The description that marks a debit as presented again."""


class Representing(Struct, frozen=True):
    """Reasons for which an unpaid debit may be presented again, how often, within which days."""

    codes: tuple[str, ...]
    times: int
    within_days: int


ITEM_LIMIT = (Rule(2_000_000_000, _BEGIN, None, _GUIDE),)
"""Pence of one item."""

CUT_OFF = (Rule(time(22, 30), date(2003, 1, 1), None, _GENERAL),)
"""London time at which input for the next processing day ends, where a bank names no other."""

OPENING = (Rule(time(7, 0), _BEGIN, None, _GENERAL),)
"""London time by which items stand on accounts on their entry day."""

CYCLE_DAYS = (Rule(2, _BEGIN, None, _GUIDE),)
"""Working days from input to entry: processing lies between them."""

FURTHEST_DAYS = (Rule(30, _BEGIN, None, _GENERAL),)
"""Calendar days ahead of input that a processing day may lie."""

RETURN_DAYS = (Rule(2, _BEGIN, None, _GENERAL),)
"""Working days after entry by which an unpaid debit or a credit without an account is back."""

REPRESENTING = (Rule(Representing(("0",), 1, 30), _BEGIN, None, _GENERAL),)
"""What may be presented again, as 18 and for the same amount."""

LODGE_DAYS = (Rule(5, _BEGIN, None, _GENERAL),)
"""Working days from the processing of a new instruction after which silence is consent."""

CLAIM_DAYS: tuple[Rule[int | None], ...] = (Rule(None, _BEGIN, None, _GENERAL),)
"""Days in which a payer may claim under the Direct Debit Guarantee; none means without end."""

BOOK: RuleBook = {
    "pence per item": ITEM_LIMIT,
    "end of input, London": CUT_OFF,
    "entry hour, London": OPENING,
    "working days from input to entry": CYCLE_DAYS,
    "calendar days ahead at most": FURTHEST_DAYS,
    "working days for a return": RETURN_DAYS,
    "unpaid debits that may be presented again": REPRESENTING,
    "working days to refuse a new instruction": LODGE_DAYS,
    "days to claim under the guarantee": CLAIM_DAYS,
}
"""Every dated row, by what it rules."""
