"""The rules of Pix as dated data: limits, times, returns, and the special return mechanism."""

from datetime import date, time

from msgspec import Struct

from bezant.rail import Rule, RuleBook

MAX_AMOUNT = 10**12 - 1
"""Centavos that the ten digits before the point of a charge's amount can say."""

_BEGIN = date(2020, 11, 16)
_MANUAL = "Banco Central do Brasil, Pix regulation"
_GENERAL = "general knowledge, unconfirmed"


class NightLimit(Struct, frozen=True):
    """What an individual sends at most in a night's hours, unless their bank agrees otherwise."""

    amount: int
    begins: time
    ends: time


ANSWERS_IN = (Rule(10, _BEGIN, None, _GENERAL),)
"""Seconds from order to answer; after them the outcome is unknown."""

NIGHT_LIMIT = (Rule(NightLimit(100_000, time(20), time(6)), date(2021, 10, 4), None, _GENERAL),)
"""Centavos between individuals at night, in the hours of Brasília."""

NEW_DEVICE_LIMIT = (Rule((20_000, 100_000), date(2024, 11, 1), None, _GENERAL),)
"""Centavos for a payment and for a day from a device that the bank does not know yet."""

RETURN_DAYS = (Rule(90, _BEGIN, None, _MANUAL),)
"""Days after a payment in which its receiver may return it, in parts or whole."""

CONTEST_DAYS = (Rule(80, date(2021, 11, 16), None, _MANUAL),)
"""Days after a payment in which its sender may contest it for fraud or a bank's fault (MED)."""

ANALYSIS_DAYS = (Rule(7, date(2021, 11, 16), None, _MANUAL),)
"""Days in which the receiver's bank decides on a contestation."""

REQUEST_HOURS = (Rule(72, date(2021, 11, 16), None, _MANUAL),)
"""Hours after a decision in the sender's favour in which its bank asks for the return."""

PAY_HOURS = (Rule(24, date(2021, 11, 16), None, _MANUAL),)
"""Hours after being asked in which the receiver's bank returns what is there."""

BOOK: RuleBook = {
    "seconds to answer": ANSWERS_IN,
    "night limit between individuals": NIGHT_LIMIT,
    "centavos from a new device, payment and day": NEW_DEVICE_LIMIT,
    "days to return": RETURN_DAYS,
    "days to contest": CONTEST_DAYS,
    "days to analyse a contestation": ANALYSIS_DAYS,
    "hours to ask for a contested payment": REQUEST_HOURS,
    "hours to return a contested payment": PAY_HOURS,
}
"""Every dated row, by what it rules."""
