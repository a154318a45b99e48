"""Handlers: what a product does when something is heard of its movements.

A bank's answer comes from below; the product it is for declares here what it means, and the
composition root wires both.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.entry import Entry
from bezant.movement.movement import Movement, MovementFact

React = Callable[[Context, Any, Movement, MovementFact], None]
"""Collects what a fact changes about its subject: entries, versions, events. Reads nothing.

It runs in the context of many movements at once: books are named, never assumed.
"""


class HouseEntry(Protocol):
    """A flow: the house's side of one kind of fact, for a total, its book and a rail."""

    def __call__(self, total: Money, /, *, house: Book, rail: str) -> Entry:
        """Return the entry."""
        ...


class Notice(NamedTuple):
    """A change notice: whose payment it answers, and the better bank details by their names."""

    subject: Any
    movement: Movement
    details: Mapping[str, str]


Correct = Callable[[Context, Sequence[Notice]], Awaitable[dict[str, str]]]
"""Corrects the stored bank details that notices speak of; returns what was corrected, by movement.

It may read; it collects changes in the context.
"""


class Handler(Struct, frozen=True):
    """What one kind of object does about each kind of fact: `submitted`, `settled` ...

    In `house`, facts about an errand of the product have its act before them (`reverse_returned`),
    and a product that moves money both ways may put the direction there (`debit_settled`).
    `corrects` applies change notices. A product whose movements may be tried again, as their
    rail allows, reacts to `retried`.
    """

    subject: type[Identified]
    on: Mapping[str, React]
    house: Mapping[str, HouseEntry] = msgspec.field(default_factory=dict[str, HouseEntry])
    corrects: Correct | None = None


Handlers = Mapping[str, Handler]
"""Handlers by the kind of their subject."""
