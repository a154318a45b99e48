"""The rules of FedNow as dated data: limits, time-outs, the day that a payment belongs to, fees."""

from datetime import date, time

from bezant.rail import Rule, RuleBook

LAUNCH = date(2023, 7, 20)
"""FedNow took its first payment."""
MAX_AMOUNT = 1_000_000_000
"""Cents of the highest limit so far; a day's own limit is in the rule."""

_GUIDE = "Federal Reserve Financial Services, FedNow Service Operating Procedures"
_UNCONFIRMED = "general knowledge, unconfirmed"

LIMIT = (
    Rule(50_000_000, LAUNCH, date(2025, 6, 30), _UNCONFIRMED),
    Rule(100_000_000, date(2025, 7, 1), date(2025, 11, 9), _UNCONFIRMED),
    Rule(MAX_AMOUNT, date(2025, 11, 10), None, f"{_GUIDE}; the day within November is unconfirmed"),
)
"""Cents per credit transfer; a bank may set its own lower."""

ANSWER_SECONDS = (Rule(20, LAUNCH, None, _GUIDE),)
"""Seconds from the sender to its answer, after which the outcome is unknown."""

RECEIVER_SECONDS = (Rule(5, LAUNCH, None, _GUIDE),)
"""Seconds that the receiver's bank has to accept, or the service refuses for it."""

DAY_ENDS = (Rule(time(19, 0), LAUNCH, None, _UNCONFIRMED),)
"""Eastern time at which the next settlement day begins, on every day of the week."""

FEE_MILLS = (Rule(45, LAUNCH, None, "Federal Reserve, FedNow Service fee schedule 2023"),)
"""Thousandths of a dollar that the service charges the sender's bank for a credit transfer."""

REQUEST_FEE_MILLS = (Rule(10, LAUNCH, None, "Federal Reserve, FedNow Service fee schedule 2023"),)
"""The same for a request for payment."""

RECALL_ANSWER_DAYS = (Rule(14, LAUNCH, None, f"ten banking days; {_UNCONFIRMED}"),)
"""Days in which a request for money back is answered."""

BOOK: RuleBook = {
    "cents per credit transfer": LIMIT,
    "seconds until an answer": ANSWER_SECONDS,
    "seconds for the receiver's bank": RECEIVER_SECONDS,
    "days to answer a recall": RECALL_ANSWER_DAYS,
    "end of the settlement day, Eastern time": DAY_ENDS,
    "mills per credit transfer": FEE_MILLS,
    "mills per request for payment": REQUEST_FEE_MILLS,
}
"""Every dated row, by what it rules."""
