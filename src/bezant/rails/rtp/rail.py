"""The RTP rail: credits that are final on acceptance, requests for payment, and no returns."""

from bezant.interbank import AlwaysOpenRail
from bezant.rail import RuleBook
from bezant.rails.rtp import rules
from bezant.rails.rtp.profile import PROFILE


class Rtp(AlwaysOpenRail):
    """RTP credits as a rail."""

    rule_book: RuleBook = rules.BOOK

    def __init__(self) -> None:
        """One rail for all originators."""
        super().__init__(
            PROFILE,
            marks=(b"urn:tch",),
            limits=rules.LIMIT,
            answer_seconds=rules.ANSWER_SECONDS,
            recall_answer_days=rules.RECALL_ANSWER_DAYS,
        )


RTP = Rtp()
