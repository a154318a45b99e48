"""Movement: money on its way through a rail; the one state machine behind every product."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from msgspec import Struct

from bezant.api.resource import Resource
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE, Book, book_of
from bezant.movement.banks import lane_name
from bezant.movement.route import Decision
from bezant.rail import Act

Status = Literal[
    "created",
    "held",
    "scheduled",
    "submitted",
    "acknowledged",
    "settled",
    "received",
    "rejected",
    "canceled",
    "returned",
    "recalled",
    "dishonored",
    "contested",
    "unknown",
]

NEXT: Mapping[str, frozenset[str]] = {
    "created": frozenset({"held", "scheduled", "submitted", "settled", "canceled", "rejected"}),
    "held": frozenset({"scheduled", "canceled", "rejected"}),
    "scheduled": frozenset({"held", "submitted", "unknown", "canceled", "rejected"}),
    # Banks answer in any order: a return may be heard of before the settlement it undoes.
    "submitted": frozenset({"acknowledged", "settled", "rejected", "returned", "unknown"}),
    "acknowledged": frozenset({"settled", "rejected", "returned", "unknown"}),
    "unknown": frozenset({"submitted", "acknowledged", "settled", "rejected", "returned"}),
    "settled": frozenset({"returned", "recalled"}),
    "received": frozenset({"settled", "returned"}),
    "rejected": frozenset(),
    "canceled": frozenset(),
    # Whoever sent it dishonors the return, which undoes it; whoever returned it contests that.
    "returned": frozenset({"dishonored"}),
    "recalled": frozenset(),
    "dishonored": frozenset({"contested"}),
    "contested": frozenset(),
}

OPEN = frozenset({"created", "held", "scheduled", "submitted", "acknowledged", "unknown"})
"""Of what has begun and is not decided."""

MOVES_MONEY = frozenset({"pay", "receive", "reverse", "return", "dishonor", "contest"})
"""Acts that show on a bank's statement; the others are messages alone, unless one says more."""

_SILENT = frozenset({"prenote", "mandate"})
"""Acts that banks answer only if they refuse them."""

_NEVER_ANSWERED = frozenset({"enquire", "answer_recall"})
"""Acts after which nobody is asked what became of them."""

LONGEST_WAIT = timedelta(hours=6)
"""How rarely a bank is asked at most what became of a message."""


class MovementFact(Struct, frozen=True):
    """What was heard of a movement or done to it, and where: never changed, only appended.

    The kind is the state that it led to, or a note such as `corrected`, `return_explained`,
    `final`. `at` is when we heard it in Unix seconds, `on` the day it happened (ISO 8601). `code`
    is the network's, `failure_code` the API's. `file` is the bank file and `line` the line in it
    that said so, `statement_line` the booking that proves it, `entries` are what it made on the
    ledger, `request` and `key` who did it, `movement` another one that it led to. `charge` is by
    how much, in minor units, less came back than went.
    """

    kind: str
    at: int
    on: str | None = None
    code: str | None = None
    reason: str | None = None
    failure_code: str | None = None
    file: str | None = None
    line: int | None = None
    statement_line: str | None = None
    entries: tuple[str, ...] = ()
    request: str | None = None
    key: str | None = None
    movement: str | None = None
    charge: int | None = None


class RecallRequest(Struct, frozen=True):
    """Somebody's wish to have back what has come; `amount` in minor units, days in ISO 8601.

    `answer` is the movement that answers it, `code` the network's.
    """

    amount: int
    answer: str | None
    answer_by: str | None
    code: str | None
    reason: str | None
    requested_at: int
    status: Literal["requested", "accepted", "refused"]


class PayeeCheck(Struct, frozen=True):
    """What a bank says of a name and an account; `name` is the account's where it is told."""

    name: str | None
    verdict: Literal["match", "close_match", "no_match", "unavailable"]


class Movement(Resource, tag="movement"):
    """Money on its way through a rail, in minor units, for one owner and one object of theirs.

    `act` is what is asked of the bank: `pay`, by direction, `receive` what comes by itself,
    something about an account (`prenote`, `verify`, whose answer is `payee`, `mandate`), or about
    another movement, the `original`: `recall`, `reverse`, `return`, `enquire`, `answer_recall`,
    `dishonor`, `contest`. `recall` is what others want back.
    The counterparty's full bank details are hidden; times are Unix seconds. `trace` is the bank's
    name for it, `reference` what a payer writes, or the trace; `came_back_as` is the name under
    which others sent it back. `batch` is the part of its `file` that holds it, in a file of
    several. `due_at` is when something is next to be done: sent, asked after, or final. `route`
    says why it goes this way.
    """

    filters: ClassVar[Mapping[str, str]] = {
        "status": "status",
        "source": "source",
        "platform": "parent",
        "file": "file",
        "reference": "reference",
        "due_at": "due_at",
        "act": "type",
        "lane": "group",
        "original": "destination",
        "told_as": "payout",
        "asked_back": "currency",
    }

    id: str
    account: str
    platform: str
    amount: int
    created: int
    currency: str
    direction: Literal["credit", "debit"]
    livemode: bool
    rail: str
    service: str
    source: str | None
    subject: str | None
    status: Status
    bank: str
    act: Act | Literal["receive"] = "pay"
    answers_within: int | None = None
    attempt: int = 1
    batch: str | None = None
    carries_money: bool | None = None
    came_back_as: str | None = None
    end_to_end_id: str | None = None
    original: str | None = None
    payee: PayeeCheck | None = None
    recall: RecallRequest | None = None
    reference: str | None = None
    file: str | None = None
    due_at: str | None = None
    effective_date: str | None = None
    expected_settlement_at: int | None = None
    available_at: int | None = None
    return_by: int | None = None
    final_at: int | None = None
    route: Decision | None = None
    facts: tuple[MovementFact, ...] = ()

    @property
    def money(self) -> Money:
        """Its amount as money."""
        return Money(self.amount, self.currency)

    @property
    def book(self) -> Book:
        """The owner's book."""
        return book_of(self.account, self.livemode)

    @property
    def lane(self) -> str:
        """The rail at the bank that it goes over."""
        return lane_name(self.bank, self.rail)

    @property
    def came_unasked(self) -> bool:
        """Tell whether it came, or was collected, without anybody here having expected it."""
        return self.act == "receive" and self.account == HOUSE

    @property
    def told_as(self) -> str | None:
        """The name that others gave to what they sent or collected, or sent back to us."""
        return self.end_to_end_id if self.came_unasked else self.came_back_as

    @property
    def asked_back(self) -> str | None:
        """Tell by any text that somebody waits for an answer to a recall."""
        return "requested" if self.recall and self.recall.status == "requested" else None

    @property
    def on_statements(self) -> bool:
        """Tell whether a bank's statement shows it."""
        return self.act in MOVES_MONEY if self.carries_money is None else self.carries_money

    @property
    def can_come_back(self) -> bool:
        """Tell whether it is money that was collected, which others may still take back."""
        return self.act == "pay" and self.direction == "debit" and self.final_at is not None

    @property
    def exposed(self) -> bool:
        """Tell whether it is money that stands as collected, and is not yet for good."""
        stands = self.can_come_back and self.status in ("settled", "dishonored")
        return stands and all(one.kind != "final" for one in self.facts)

    def may_become(self, kind: str) -> bool:
        """Tell whether a fact of that kind has anything to change."""
        return kind in NEXT[self.status]

    def knows(self, fact: MovementFact) -> bool:
        """Tell whether a fact that changes no state has been noted."""
        same = (fact.kind, fact.code, fact.on, fact.file, fact.line)
        return any(same == (one.kind, one.code, one.on, one.file, one.line) for one in self.facts)

    def with_fact(self, fact: MovementFact) -> dict[str, Any]:
        """Return the changes that a fact makes: the new state, or the note alone."""
        facts = (*self.facts, fact)
        if fact.kind == "enquired":
            return {"facts": facts, "due_at": self.asks_again(fact.at)}
        if fact.kind == "final":
            return {"facts": facts, "due_at": None}
        if fact.kind not in NEXT:
            return {"facts": facts}
        assert self.may_become(fact.kind), f"{self.id} is {self.status}, never {fact.kind} next"
        return {"status": fact.kind, "facts": facts, "due_at": self._due_after(fact)}

    def _due_after(self, fact: MovementFact) -> str | None:
        """Return when somebody must look again: for an answer, or until nothing comes back."""
        if fact.kind in ("settled", "dishonored") and self.can_come_back:
            assert self.final_at is not None, "what can come back has a last day"
            return _instant(self.final_at)
        if self.act in _SILENT and fact.kind in ("submitted", "acknowledged"):
            assert self.return_by is not None, "what is sent has a day until which it comes back"
            return _instant(self.return_by)
        if self.answers_within is None or self.act in _NEVER_ANSWERED:
            return None
        return self._answered_by(fact, self.answers_within)

    def _answered_by(self, fact: MovementFact, seconds: int) -> str | None:
        """Return when an instant rail must have answered."""
        match fact.kind:
            case "submitted":
                return _instant(fact.at + seconds)
            case "unknown":
                return _instant(fact.at)
            case "acknowledged":
                return self.asks_again(fact.at)
            case _:
                return None

    def asks_again(self, now: int) -> str:
        """Return when the bank is asked next, each time after twice as long."""
        assert self.answers_within is not None, "only instant rails are asked"
        asked = sum(fact.kind == "enquired" for fact in self.facts)
        most = int(LONGEST_WAIT.total_seconds())
        return _instant(now + min(self.answers_within << min(asked, 16), most))


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
