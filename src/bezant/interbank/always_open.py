"""Networks that never close: what they accept is final at once, on a day of their zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from bezant.interbank.profile import Profile
from bezant.interbank.rail import InterbankRail
from bezant.rail import Direction, Rule, Service, Timetable, in_force

_DAY = timedelta(days=1)


class AlwaysOpenRail(InterbankRail):
    """A rail of instant credits, at every hour of every day."""

    def __init__(
        self,
        profile: Profile,
        *,
        marks: tuple[bytes, ...],
        limits: Sequence[Rule[int]],
        answer_seconds: Sequence[Rule[int]],
        recall_answer_days: Sequence[Rule[int]],
    ) -> None:
        """`limits` are in minor units; the network began with the first one."""
        self._limits = limits
        self._answer_seconds = answer_seconds
        super().__init__(
            profile,
            services=("instant",),
            max_amount=limits[-1].value,
            answers_in_seconds=answer_seconds[0].value,
            marks=marks,
            recall_answer_days=recall_answer_days,
        )

    def limit(self, on: date) -> int:
        """Return the minor units that a credit transfer may have on a day."""
        return in_force(self._limits, max(on, self._limits[0].valid_from))

    def settlement_day(self, at: datetime) -> date:
        """Return the day that a payment at an instant belongs to."""
        return at.astimezone(self.profile.zone).date()

    def timetable(
        self,
        now: datetime,
        service: Service = "instant",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of a payment given at an instant: now, unless a bank has closed.

        `cut_off` is a bank's own hour in the network's zone, after which it sends on the next day.
        """
        sent = self._sent(now, cut_off)
        answered = sent + timedelta(seconds=in_force(self._answer_seconds, sent.date()))
        return Timetable.final(sent, self.settlement_day(sent), answered)

    def _sent(self, now: datetime, cut_off: time | None) -> datetime:
        zone = self.profile.zone
        local = now.astimezone(zone)
        if cut_off is None or local.time() < cut_off:
            return now
        return datetime.combine(local.date() + _DAY, time(), zone).astimezone(UTC)
