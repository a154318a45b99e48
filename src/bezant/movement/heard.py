"""Heard: what a fact means for the movement that it is about, and for others.

Banks answer in any order, more than once, and about the one or the other of two movements.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.movement.handler import Handler
from bezant.movement.movement import NEXT, Movement, MovementFact, PayeeCheck
from bezant.movement.rows import Place
from bezant.rail import Direction

FOLLOW = "follow_movements"
"""The kind of job that tells movements what follows for them from what was heard of others."""

CLAIMED = "claimed"
"""Where in its hidden part is the place of the movement that was given what came unasked."""

log = get_logger(__name__)

_SAID_OTHERWISE: Mapping[tuple[str, str], str] = {
    ("recall", "recalled"): "settled",
    ("recall", "recall_refused"): "rejected",
    ("verify", "verified"): "settled",
}
"""What an answer to a question means for the question itself."""

_ABOUT_RECALLS = {
    "returned": "recalled",
    "recalled": "recalled",
    "recall_refused": "recall_refused",
}
"""What is heard of the recall when the movement itself is told of: banks name the one or other."""

_TAKEN_BACK: Mapping[str, str] = {
    "reverse": "recalled",
    "recall": "recalled",
    "return": "returned",
    "dishonor": "dishonored",
    "contest": "contested",
}
"""What becomes of a movement when one about it has settled."""

_GIVEN_BACK = frozenset({"pay", "answer_recall"})
"""Acts that send back what was received, where a rail has no return."""

_RETURNS = frozenset({"returned", "return_explained"})
_ABOUT_MONEY = frozenset({"settled", "returned", "recalled"})


class Only(NamedTuple):
    """Which movements of a file are meant: those of some directions and batches (none for all).

    `but_rejected` leaves out those that the bank had refused before.
    """

    directions: tuple[Direction, ...]
    batches: tuple[str, ...] = ()
    but_rejected: bool = False

    def means(self, movement: Movement) -> bool:
        """Tell whether a movement is one of them."""
        if self.batches and movement.batch not in self.batches:
            return False
        refused = self.but_rejected and movement.status == "rejected"
        return movement.direction in self.directions and not refused


class Heard(NamedTuple):
    """A fact about one movement; `cause` is the file or statement that the house books it under.

    `details` are what a change notice corrects, or name how money came back. `only` says which
    are meant, when it is told of a whole file. `amount` is what it is said to be about: what is
    about another one than was ordered is noted, and moves nothing.
    """

    place: Place
    fact: MovementFact
    cause: str
    details: Mapping[str, str] = {}
    only: Only | None = None
    amount: Money | None = None

    def means(self, movement: Movement) -> bool:
        """Tell whether it is told of a movement, as it is now."""
        return self.only is None or self.only.means(movement)


def steps(movement: Movement, fact: MovementFact) -> Iterator[MovementFact]:
    """Yield what is to be done: nothing when it is known, a settlement before an early return."""
    if fact.statement_line and not movement.on_statements:
        return
    fact = replace(fact, kind=_meant(movement, fact))
    if fact.kind in NEXT:
        yield from _states(movement, fact)
    elif not movement.knows(fact):
        yield fact


def _meant(movement: Movement, fact: MovementFact) -> str:
    """Return what a fact is for the movement that it is told of."""
    if fact.statement_line and movement.came_unasked and fact.movement is None:
        return "booked"  # Whose it is, others say.
    if _explains(movement, fact):
        return "return_explained"
    if movement.act == "mandate" and movement.status == "settled" and fact.kind == "rejected":
        return "returned"  # The bank has refused it after all, later than it should.
    return _SAID_OTHERWISE.get((movement.act, fact.kind), fact.kind)


def _states(movement: Movement, fact: MovementFact) -> Iterator[MovementFact]:
    """Yield the states that a movement comes to, with those that it must have passed before."""
    undone = fact.kind in ("returned", "recalled") and movement.act != "receive"
    if undone and movement.status != "settled" and movement.may_become("settled"):
        yield MovementFact("settled", fact.at, on=fact.on, reason="because it came back")
        yield fact
    elif fact.kind == "contested" and movement.status == "returned":
        yield MovementFact("dishonored", fact.at, on=fact.on, reason="because it is contested")
        yield fact
    elif movement.may_become(fact.kind):
        yield fact
    elif _contradicts(movement, fact) and not movement.knows(replace(fact, kind="contradicted")):
        log.warning("movement_contradicted", movement=movement.id, status=movement.status)
        reason = f"{fact.kind} was heard of what is {movement.status}"
        yield replace(fact, kind="contradicted", reason=reason)


def believed(movement: Movement, heard: Heard, *, deducts: bool) -> MovementFact:
    """Return a fact, or a note that contradicts it when it is about another amount.

    Where banks on the way deduct (`deducts`), what comes back may be less: by a charge.
    """
    fact, said = heard.fact, heard.amount
    checked = fact.kind in _ABOUT_MONEY and (movement.on_statements or movement.act == "recall")
    if not said or not checked or said == movement.money:
        return fact
    short = said.currency == movement.currency and 0 < said.amount < movement.amount
    if deducts and short and fact.kind in ("returned", "recalled"):
        return replace(fact, charge=movement.amount - said.amount)
    log.warning("movement_amounts_differ", movement=movement.id, kind=fact.kind)
    reason = f"{fact.kind} was heard of {said.amount} {said.currency} instead of {movement.amount}"
    return replace(fact, kind="contradicted", reason=reason)


def following(
    movement: Movement, fact: MovementFact, cause: str, claimed: Place | None
) -> Iterator[Heard]:
    """Yield what a fact about one movement says about the one that it is about, or asked for it.

    `claimed` is where the movement is to which money that came unasked was given.
    """
    fact = replace(fact, charge=None)  # It is booked where it was heard of.
    begun = [one.movement for one in movement.facts if one.kind == "recall_begun"]
    if begun and begun[-1] and fact.kind in _ABOUT_RECALLS and fact.movement != begun[-1]:
        told = replace(fact, kind=_ABOUT_RECALLS[fact.kind], movement=movement.id, entries=())
        yield Heard(Place(movement.book.id, begun[-1], movement.platform), told, cause)
    if claimed and fact.kind == "returned":
        yield Heard(claimed, replace(fact, movement=movement.id, entries=()), cause)
    becomes = _becomes(movement)
    if movement.original is None or becomes is None:
        return
    kinds = {"settled": becomes, "rejected": f"{movement.act}_refused"}
    if kind := kinds.get(fact.kind):
        told = replace(fact, kind=kind, movement=movement.id, entries=())
        yield Heard(Place(movement.book.id, movement.original, movement.platform), told, cause)


def payee_said(movement: Movement, heard: Heard) -> PayeeCheck | None:
    """Return what a bank says of a name and an account that it was asked about."""
    if movement.act != "verify" or heard.fact.kind != "verified":
        return None
    said = heard.details
    verdict = said.get("verdict") or said.get("match", "match").replace(" ", "_")
    name = said.get("name") or said.get("matched_name") or None
    known = verdict in ("match", "close_match", "no_match")
    return msgspec.convert(
        {"name": name, "verdict": verdict if known else "unavailable"}, PayeeCheck
    )


def place_of_claim(hidden: Mapping[str, Any]) -> Place | None:
    """Return where the movement is that was given this money, by what is hidden with it."""
    claimed = hidden.get(CLAIMED)
    return None if claimed is None else Place(*claimed)


def kept(follow: Sequence[Heard], livemode: bool) -> dict[str, Any]:
    """Return what is to be told to movements, as a job holds it."""
    told = [_Told(*one.place, one.fact, one.cause) for one in follow]
    return {"livemode": livemode, "told": msgspec.to_builtins(told)}


def told_in(payload: str) -> tuple[list[Heard], bool]:
    """Return what a job's payload tells movements, and in which mode."""
    job = msgspec.json.decode(payload, type=_Job)
    places = [(Place(one.book, one.id, one.platform), one) for one in job.told]
    return [Heard(place, one.fact, one.cause) for place, one in places], job.livemode


def house_kind(handler: Handler | None, movement: Movement, fact: MovementFact) -> str | None:
    """Return by what name the house's side of a fact goes, if it has any."""
    names = [f"{movement.act}_{fact.kind}"]
    if movement.act in ("pay", "receive"):
        names = [f"{movement.direction}_{fact.kind}", fact.kind]
    return next((name for name in names if handler and name in handler.house), None)


def name_of_return(heard: Heard) -> str:
    """Return the name under which others have sent something back."""
    return heard.details.get("return_id") or heard.details.get("return_trace", "")


class _Told(Struct, frozen=True):
    book: int
    id: str
    platform: str
    fact: MovementFact
    cause: str


class _Job(Struct, frozen=True):
    livemode: bool
    told: list[_Told]


def _becomes(movement: Movement) -> str | None:
    """Return what the settlement of a movement makes of the one that it is about."""
    if movement.act in _GIVEN_BACK:
        return "returned" if movement.subject == Movement.kind() else None
    return _TAKEN_BACK.get(movement.act)


def _explains(movement: Movement, fact: MovementFact) -> bool:
    """Tell whether a fact brings the code of a return that was known without it."""
    if movement.status != "returned" or fact.kind != "returned" or not fact.code:
        return False
    return not any(one.code for one in movement.facts if one.kind in _RETURNS)


def _contradicts(movement: Movement, fact: MovementFact) -> bool:
    """Tell whether money has moved that a movement says has not."""
    if movement.act == "receive":
        return False
    return movement.status in ("rejected", "canceled") and fact.kind in ("settled", "returned")
