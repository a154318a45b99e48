"""The Fedwire rail: wires that settle one by one and are final, and drawdown requests."""

from datetime import date, datetime, time

from bezant.interbank import InterbankRail
from bezant.rail import Direction, RuleBook, Service, Timetable, in_force
from bezant.rails.fedwire import calendar, rules
from bezant.rails.fedwire.profile import PROFILE


class Fedwire(InterbankRail):
    """Fedwire transfers as a rail."""

    rule_book: RuleBook = rules.BOOK

    def __init__(self) -> None:
        """One rail for all originators."""
        super().__init__(
            PROFILE,
            services=("urgent",),
            max_amount=rules.MAX_AMOUNT,
            answers_in_seconds=in_force(rules.ANSWER_SECONDS, rules.ISO_DAY),
            marks=(b"urn:fedwirefunds:",),
        )

    def limit(self, on: date) -> int:
        """Return the cents that a transfer may have on a day."""
        return in_force(rules.LIMIT, on)

    def timetable(
        self,
        now: datetime,
        service: Service = "urgent",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of a transfer given at an instant; `cut_off` is Eastern time."""
        sent, day = calendar.goes_out(now, cut_off)
        return Timetable.final(sent, day, sent)


FEDWIRE = Fedwire()
