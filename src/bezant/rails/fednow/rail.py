"""The FedNow rail: credits that are final on acceptance, requests for payment, returns."""

from datetime import UTC, date, datetime, time, timedelta

from bezant.interbank import InterbankRail
from bezant.rail import Direction, RuleBook, Service, Timetable, in_force
from bezant.rails.fednow import rules
from bezant.rails.fednow.profile import EASTERN, PROFILE

_DAY = timedelta(days=1)


class FedNow(InterbankRail):
    """FedNow credits as a rail."""

    rule_book: RuleBook = rules.BOOK

    def __init__(self) -> None:
        """One rail for all originators."""
        super().__init__(
            PROFILE,
            services=("instant",),
            max_amount=rules.MAX_AMOUNT,
            answers_in_seconds=in_force(rules.ANSWER_SECONDS, rules.LAUNCH),
            marks=(b"urn:fednow:",),
            recall_answer_days=rules.RECALL_ANSWER_DAYS,
        )

    def limit(self, on: date) -> int:
        """Return the cents that a credit transfer may have on a day."""
        return in_force(rules.LIMIT, max(on, rules.LAUNCH))

    def timetable(
        self,
        now: datetime,
        service: Service = "instant",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of a payment given at an instant: now, unless a bank has closed.

        `cut_off` is a bank's own hour in Eastern time, after which it sends on the next day.
        """
        sent = _sent(now, cut_off)
        answered = sent + timedelta(seconds=in_force(rules.ANSWER_SECONDS, sent.date()))
        return Timetable.final(sent, settlement_day(sent), answered)


def settlement_day(at: datetime) -> date:
    """Return the day that a payment at an instant belongs to; the next begins in the evening."""
    local = at.astimezone(EASTERN)
    ends = in_force(rules.DAY_ENDS, local.date())
    return local.date() + _DAY if local.time() >= ends else local.date()


def _sent(now: datetime, cut_off: time | None) -> datetime:
    local = now.astimezone(EASTERN)
    if cut_off is None or local.time() < cut_off:
        return now
    return datetime.combine(local.date() + _DAY, time(), EASTERN).astimezone(UTC)


FEDNOW = FedNow()
