"""An acquirer to test with: the same answer to the same id, amounts kept, cards by their token.

A token says how its card behaves: words of it between dashes, such as `decline:lost_card`.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from bezant.kernel.money import Money
from bezant.rail.cards import (
    Authentication,
    CardAnswer,
    CardRequest,
    Checks,
    Held,
    Risk,
    reference_of,
)

Meanwhile = Callable[[CardRequest], Awaitable[object]]

CODES = {"expired_card": "expired_card", "incorrect_cvc": "incorrect_cvc",
         "processing_error": "processing_error"}  # fmt: skip


class TestAcquirer:
    """Answers at once; `asked` has every request that was a new one.

    `meanwhile` happens before the next answer is told, once.
    """

    __test__ = False

    def __init__(self) -> None:
        self.answers: dict[str, CardAnswer] = {}
        self.asked: list[CardRequest] = []
        self.authentications: dict[str, Authentication] = {}
        self.held: dict[str, int] = {}
        self.captured: dict[str, int] = {}
        self.more: dict[str, tuple[str, int]] = {}
        self.refunds: dict[str, tuple[str, int]] = {}
        self.meanwhile: Meanwhile | None = None

    async def ask(self, request: CardRequest) -> CardAnswer:
        answer = self._known(request)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile(request)
        return answer

    def _known(self, request: CardRequest) -> CardAnswer:
        known = self.answers.get(request.id)
        if known is None:
            self.asked.append(request)
            known = self.answers[request.id] = self._answer(request)
        return known

    def _answer(self, request: CardRequest) -> CardAnswer:
        yes = CardAnswer(
            outcome="approved",
            amount=request.amount,
            network_code="00",
            checks=Checks(cvc="pass"),
            authorization_code="A12345",
            network_transaction_id=f"n{reference_of(request.id)}",
            acquirer_reference=f"arn{reference_of(request.id)}",
            expires_at=datetime(2026, 3, 9, 15, tzinfo=UTC),
            risk=Risk(),
            available_at_once="at_once" in request.card.token,
        )
        acts = {"increment": self._raised, "refund": self._refunded, "reverse": self._reversed,
                "capture": self._taken}  # fmt: skip
        answer = acts.get(request.act, self._authorized)(request, yes)
        if "late" in request.card.token and request.act in ("increment", "refund"):
            return replace(answer, outcome="unknown")
        return answer

    def _raised(self, request: CardRequest, yes: CardAnswer) -> CardAnswer:
        if "no_more" in request.card.token:
            return self._no(request, "insufficient_funds")
        self.held[request.original] += request.amount.amount
        self.more[request.id] = (request.original, request.amount.amount)
        return yes

    def _taken(self, request: CardRequest, yes: CardAnswer) -> CardAnswer:
        amount = request.amount.amount
        if amount > self.held.get(request.original, 0):
            return self._no(request, "processing_error")
        self.held[request.original] -= amount
        if request.final:
            self.held[request.original] = 0
        self.captured[request.id] = amount
        return yes

    def _refunded(self, request: CardRequest, yes: CardAnswer) -> CardAnswer:
        amount = request.amount.amount
        if amount > self.captured.get(request.original, 0):
            return self._no(request, "invalid_amount")
        self.captured[request.original] -= amount
        self.refunds[request.id] = (request.original, amount)
        return replace(yes, pending="pending_refund" in request.card.token)

    def _reversed(self, request: CardRequest, yes: CardAnswer) -> CardAnswer:
        """Give back what a request holds or has taken; what is cleared stays."""
        name = request.original
        if name in self.more:
            held, amount = self.more.pop(name)
            self.held[held] = max(self.held[held] - amount, 0)
        elif name in self.refunds:
            if "cleared" in request.card.token:
                return self._no(request, "processing_error")
            capture, amount = self.refunds.pop(name)
            self.captured[capture] += amount
        else:
            self.held[name] = 0
        return yes

    def _authorized(self, request: CardRequest, yes: CardAnswer) -> CardAnswer:
        words = request.card.token.split("-")
        for word in words:
            if word.startswith("decline:"):
                return self._no(request, word.partition(":")[2])
        if "timeout" in words:
            return CardAnswer(outcome="unknown", amount=Money(0, request.amount.currency))
        if (
            "challenge" in words
            and request.authentication is None
            and not ("unless_set_up" in words and request.previous)
        ):
            no = self._no(request, "authentication_required")
            return replace(no, code="authentication_required", needs_authentication=True)
        self.held[request.id] = request.amount.amount
        return yes

    def _no(self, request: CardRequest, code: str) -> CardAnswer:
        return CardAnswer(
            outcome="declined",
            amount=Money(0, request.amount.currency),
            code=CODES.get(code, "card_declined"),
            decline_code=code,
            network_code="05",
        )

    async def let_go(self, held: Held, *, livemode: bool) -> bool:
        raise NotImplementedError

    async def authenticate(self, request: CardRequest) -> Authentication:
        wants = "challenge" in request.card.token
        first = Authentication(
            id=f"3ds_{request.id}",
            state="challenge" if wants else "not_supported",
            support="required" if wants else "not_supported",
        )
        return self.authentications.setdefault(first.id, first)

    async def challenge(self, id: str, *, passed: bool) -> Authentication:
        now = self.authentications[id]
        assert now.state == "challenge", "a challenge is answered once"
        state = "authenticated" if passed else "failed"
        self.authentications[id] = replace(now, state=state, eci="05" if passed else "")
        return self.authentications[id]

    async def represent(self, case: str, evidence: str, *, livemode: bool) -> None:
        raise NotImplementedError

    async def accept(self, case: str, *, livemode: bool) -> None:
        raise NotImplementedError
