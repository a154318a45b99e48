"""The rules of automated funds transfers in Canada as dated data: limits, hours, days, claims."""

from datetime import date, time

from msgspec import Struct

from bezant.rail import Rule, RuleBook

MAX_FILE_COUNT = 99_999_999
"""Payments of one direction that the eight digits of the trailer can count."""
MAX_FILE_TOTAL = 10**14 - 1
"""Cents that the fourteen digits of the trailer can say."""

_STANDARD = "CPA Standard 005"
_PADS = "Payments Canada Rule H1"
_GENERAL = "general knowledge, unconfirmed"
_BEGIN = date(1983, 2, 7)

REPRESENTED = "REPRESENTED"
"""The description of a debit that is presented again; nothing in the file tells it apart."""


class Representing(Struct, frozen=True):
    """Reasons for which a debit may be presented again, how often, within which days."""

    codes: tuple[str, ...]
    times: int
    within_days: int


ITEM_LIMIT = (Rule(9_999_999_999, _BEGIN, None, _STANDARD),)
"""Cents of one payment: the ten digits of its amount."""

CUT_OFF = (Rule(time(17, 0), _BEGIN, None, _GENERAL),)
"""Eastern time at which files for the next banking day end, where a bank names no other hour."""

OPENING = (Rule(time(6, 0), _BEGIN, None, _GENERAL),)
"""Eastern time by which payments stand on accounts on their day."""

CYCLE_DAYS = (Rule(1, _BEGIN, None, _GENERAL),)
"""Banking days from the cut-off to the day on which payments are due."""

FURTHEST_DAYS = (Rule(173, _BEGIN, None, _STANDARD),)
"""Calendar days after the making of a file that a payment in it may be due."""

TYPES = (Rule((200, 799), _BEGIN, None, "CPA Standard 007"),)
"""The first and the last code that says what a payment is for; those of returns begin with 9."""

RETURN_DAYS = (Rule(2, _BEGIN, None, _GENERAL),)
"""Banking days after its day by which a payment that a bank could not carry out is back."""

REPRESENTING = (Rule(Representing(("901", "908"), 1, 30), _BEGIN, None, _PADS),)
"""What may be presented again, for the same amount."""

CLAIM_DAYS = (Rule(90, _BEGIN, None, _PADS),)
"""Calendar days in which a person may have a debit given back; a business has ten banking days."""

BOOK: RuleBook = {
    "cents per payment": ITEM_LIMIT,
    "end of files for the next day, Eastern": CUT_OFF,
    "entry hour, Eastern": OPENING,
    "banking days from cut-off to the due day": CYCLE_DAYS,
    "calendar days ahead at most": FURTHEST_DAYS,
    "codes of what payments are for": TYPES,
    "banking days for a return": RETURN_DAYS,
    "debits that may be presented again": REPRESENTING,
    "days to claim a debit back": CLAIM_DAYS,
}
"""Every dated row, by what it rules."""
