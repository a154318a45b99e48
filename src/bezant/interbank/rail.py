"""A rail of interbank messages: what FedNow, RTP, Fedwire, CHAPS and SWIFT do alike."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from bezant.interbank.build import build
from bezant.interbank.names import trace, traced_message, uetr
from bezant.interbank.objections import account_objections, objections
from bezant.interbank.profile import Profile
from bezant.interbank.read import read
from bezant.iso20022.messages import recognize
from bezant.iso20022.reasons import REASONS
from bezant.rail import (
    Capabilities,
    Instruction,
    Meaning,
    Originator,
    ReadFile,
    RecallReply,
    Rule,
    in_force,
)

_HEAD = 4000
_FOLLOWS_A_RECALL = "FOCR"
_CUSTOMER_SAYS_NO = "CUST"
_CODE_LENGTH = 4


class InterbankRail:
    """One message an instruction, in a network's own envelope; answers come the same way."""

    def __init__(
        self,
        profile: Profile,
        *,
        mode: Literal["instant"] = "instant",
        services: tuple[str, ...],
        max_amount: int,
        answers_in_seconds: int,
        marks: tuple[bytes, ...],
        recall_answer_days: Sequence[Rule[int]] = (),
    ) -> None:
        """`marks` are bytes of which this network's messages have one near their beginning.

        `recall_answer_days` are the days that somebody has who is asked for money back.
        """
        requests = "request" in profile.acts
        self.profile = profile
        self.capabilities = Capabilities(
            name=profile.name,
            title=profile.title,
            mode=mode,
            currencies=profile.currencies,
            directions=("credit", "debit") if requests else ("credit",),
            services=services,
            max_amount=max_amount,
            max_file_count=1,
            max_file_total=max_amount,
            acts=profile.acts,
            accounts=profile.accounts,
            answers_in_seconds=answers_in_seconds,
            format="iso20022",
            suffix=".xml",
            gives_back="return" if "return" in profile.acts else "pay",
            deducts=not profile.clearing,
        )
        self._marks = marks
        self._recall_answer_days = recall_answer_days

    def trace_in(self, name: str) -> str:
        """Return the trace in the name of a message of ours, as statements may show it."""
        return traced_message(name)

    def answer_by(self, asked_on: date) -> date | None:
        """Return the last day for an answer to a recall."""
        if not self._recall_answer_days:
            return None
        return asked_on + timedelta(days=in_force(self._recall_answer_days, asked_on))

    def recall_reply(
        self, code: str, details: Mapping[str, str], *, granted: bool, reason: str
    ) -> RecallReply:
        """Return how a recall is answered; ValueError for a reason that is no code."""
        del code  # What goes back says that it follows a recall, whatever the reason was.
        kept = {"case": details["case"]} if details.get("case") else {}
        if granted:
            return RecallReply("", kept, _FOLLOWS_A_RECALL)
        if reason and not (len(reason) == _CODE_LENGTH and reason.isascii() and reason.isalnum()):
            raise ValueError("a recall is refused for a reason of four letters or digits")
        return RecallReply(reason or _CUSTOMER_SAYS_NO, kept)

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the name under which the network answers for the originator's nth instruction."""
        by_uetr = self.profile.named_by == "uetr"
        return uetr(originator, sequence) if by_uetr else trace(originator, sequence)

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why the rail cannot carry an instruction; nothing when it can."""
        limit = self.limit(instruction.effective_date)
        return (*objections(instruction, self.profile, limit), *self.own_objections(instruction))

    def limit(self, on: date) -> int:
        """Return the highest amount of a day, in minor units."""
        return self.capabilities.max_amount

    def own_objections(self, instruction: Instruction) -> Iterable[str]:
        """Say what this network alone objects to."""
        return ()

    def originator_objections(self, originator: Originator, on: date) -> Iterable[str]:
        """Say what is wrong with the sender, for messages of a day."""
        unknown = sorted(originator.dialect.keys() - self.profile.dialect)
        if unknown:
            yield f"the dialect {', '.join(unknown)} is not known to {self.profile.title}"
        yield from account_objections(originator.account)

    def pack(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> bytes:
        """Return the message of one instruction; its own names stand for file and reference.

        Raises FileRefused, naming each movement that it cannot carry.
        """

        def all_objections(instruction: Instruction) -> tuple[str, ...]:
            sender = self.originator_objections(originator, instruction.effective_date)
            return (*self.objections(instruction), *(f"sender: {reason}" for reason in sender))

        return build(self.profile, instructions, originator, created_at, all_objections)

    def reason(self, code: str) -> Meaning | None:
        """Return what a code says; nothing for one that is not in the table."""
        found = REASONS.get(code)
        return Meaning(found.meaning, found.failure_code) if found else None

    def recognize(self, data: bytes) -> str | None:
        """Return the message's name for what is one of this network (`pacs.008.001.08`)."""
        head = data[:_HEAD]
        return recognize(data) if any(mark in head for mark in self._marks) else None

    def read(self, data: bytes) -> ReadFile:
        """Return what a message says; raises FileRefused with every problem and its line."""
        return read(data, self.profile)
