"""The rules of RTP as dated data: limits, time-outs, fees; there is no return, only a request."""

from datetime import date

from bezant.rail import Rule, RuleBook

LAUNCH = date(2017, 11, 13)
"""RTP took its first payment."""
MAX_AMOUNT = 1_000_000_000
"""Cents of the highest limit so far; a day's own limit is in the rule."""

_RULES = "The Clearing House, RTP Operating Rules"
_UNCONFIRMED = "general knowledge, unconfirmed"

LIMIT = (
    Rule(2_500_000, LAUNCH, date(2020, 1, 31), _UNCONFIRMED),
    Rule(10_000_000, date(2020, 2, 1), date(2022, 4, 13), _UNCONFIRMED),
    Rule(100_000_000, date(2022, 4, 14), date(2025, 2, 8), _UNCONFIRMED),
    Rule(MAX_AMOUNT, date(2025, 2, 9), None, f"{_RULES}; the day is unconfirmed"),
)
"""Cents per credit transfer; a bank may set its own lower."""

ANSWER_SECONDS = (Rule(20, LAUNCH, None, _UNCONFIRMED),)
"""Seconds from the sender to its answer, after which the outcome is unknown."""

RECEIVER_SECONDS = (Rule(5, LAUNCH, None, _UNCONFIRMED),)
"""Seconds that the receiver's bank has to accept, or the network refuses for it."""

FEE_MILLS = (Rule(45, LAUNCH, None, _UNCONFIRMED),)
"""Thousandths of a dollar that the network charges the sender's bank for a credit transfer."""

RECALL_ANSWER_DAYS = (Rule(14, LAUNCH, None, f"ten banking days; {_UNCONFIRMED}"),)
"""Days in which a request for money back is answered."""

BOOK: RuleBook = {
    "cents per credit transfer": LIMIT,
    "seconds until an answer": ANSWER_SECONDS,
    "seconds for the receiver's bank": RECEIVER_SECONDS,
    "days to answer a recall": RECALL_ANSWER_DAYS,
    "mills per credit transfer": FEE_MILLS,
}
"""Every dated row, by what it rules."""
