"""The RTP rail: credits that are final on acceptance, requests for payment, and no returns."""

from datetime import UTC, date, datetime, time, timedelta

from bezant.interbank import InterbankRail
from bezant.rail import Direction, RuleBook, Service, Timetable, in_force
from bezant.rails.rtp import rules
from bezant.rails.rtp.profile import EASTERN, PROFILE

_DAY = timedelta(days=1)


class Rtp(InterbankRail):
    """RTP credits as a rail."""

    rule_book: RuleBook = rules.BOOK

    def __init__(self) -> None:
        """One rail for all originators."""
        super().__init__(
            PROFILE,
            services=("instant",),
            max_amount=rules.MAX_AMOUNT,
            answers_in_seconds=in_force(rules.ANSWER_SECONDS, rules.LAUNCH),
            marks=(b"urn:tch",),
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
        sent = now
        local = now.astimezone(EASTERN)
        if cut_off is not None and local.time() >= cut_off:
            sent = datetime.combine(local.date() + _DAY, time(), EASTERN).astimezone(UTC)
        answered = sent + timedelta(seconds=in_force(rules.ANSWER_SECONDS, sent.date()))
        return Timetable.final(sent, sent.astimezone(EASTERN).date(), answered)


RTP = Rtp()
