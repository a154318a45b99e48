"""Handlers: what a product does when something is heard of its movements.

A bank's answer comes from below; the product it is for declares here what it means, and the
composition root wires both.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.resource import Resource
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.entry import Entry
from bezant.movement.movement import Movement, MovementFact

React = Callable[[Context, Any, Movement, MovementFact], None]
"""Collects what a fact changes about its subject: entries, versions, events. Reads nothing.

It runs in the context of many movements at once: books are named, never assumed.
"""

HouseEntry = Callable[[Money, Book, str], Entry]
"""The house's side of one kind of fact, for a total, its book and a rail."""


class Handler(Struct, frozen=True):
    """What one kind of object does about each kind of fact: `submitted`, `settled` ..."""

    subject: type[Resource]
    on: Mapping[str, React]
    house: Mapping[str, HouseEntry]


Handlers = Mapping[str, Handler]
"""Handlers by the kind of their subject."""
