"""The FedNow rail: credits that are final on acceptance, requests for payment, returns."""

from datetime import date, datetime, timedelta

from bezant.interbank import AlwaysOpenRail
from bezant.rail import RuleBook, in_force
from bezant.rails.fednow import rules
from bezant.rails.fednow.profile import EASTERN, PROFILE

_DAY = timedelta(days=1)


class FedNow(AlwaysOpenRail):
    """FedNow credits as a rail."""

    rule_book: RuleBook = rules.BOOK

    def __init__(self) -> None:
        """One rail for all originators."""
        super().__init__(
            PROFILE,
            marks=(b"urn:fednow:",),
            limits=rules.LIMIT,
            answer_seconds=rules.ANSWER_SECONDS,
            recall_answer_days=rules.RECALL_ANSWER_DAYS,
        )

    def settlement_day(self, at: datetime) -> date:
        """Return the day that a payment belongs to; the next begins in the evening."""
        local = at.astimezone(EASTERN)
        ends = in_force(rules.DAY_ENDS, local.date())
        return local.date() + _DAY if local.time() >= ends else local.date()


FEDNOW = FedNow()
