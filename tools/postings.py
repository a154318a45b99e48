"""docs/postings.md: what each event of each flow writes into the books, from the flows."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from bezant import flows
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE, Book, book_of
from bezant.ledger.chart import house
from bezant.ledger.entry import Entry

OWNERS = {"book": "owner", "source": "sender", "destination": "receiver"}
HEAD = """\
# Postings

What each event writes into the books, for an amount of 100.00. This page is made from the flows \
by `make docs`. Accounts are explained in [ARCHITECTURE.md](../ARCHITECTURE.md#books); `Dr` is \
debited, `Cr` credited. Entries that stand in one row commit together.
"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for flow in modules():
        rows = [row(function) for function in events(flow)]
        if not rows:
            continue
        title, _, rest = (inspect.getdoc(flow) or "").partition("\n")
        parts += [f"\n## {title.rstrip('.')}\n", *([f"\n{rest.strip()}\n"] if rest.strip() else [])]
        parts.append("\n| event | what it means | entries |\n|---|---|---|\n")
        parts += rows
    return "".join(parts)


def modules() -> Iterator[ModuleType]:
    """Yield the modules of all flows."""
    for module in sorted(iter_modules(flows.__path__), key=lambda module: module.name):
        yield import_module(f"bezant.flows.{module.name}")


def events(flow: ModuleType) -> Iterator[Callable[..., object]]:
    """Yield the functions of a flow that make entries, in the order of the file."""
    for name, function in vars(flow).items():
        own = inspect.isfunction(function) and function.__module__ == flow.__name__
        if own and not name.startswith("_") and "Entry" in str(function.__annotations__["return"]):
            yield function


def row(function: Callable[..., object]) -> str:
    """Return the table row of one event; both directions of one that has them."""
    made = [entries(function, credit=credit) for credit in directions(function)]
    kinds = "<br>".join(f"`{entry.kind}`" for entry in made[0])
    moves = "<br>".join(text for group in made for entry in group for text in told(entry))
    meaning = (inspect.getdoc(function) or "").replace("\n", " ")
    return f"| {kinds} | {meaning} | {moves} |\n"


def directions(function: Callable[..., object]) -> tuple[bool, ...]:
    """Return the values of `credit` to show: an event with two directions has both."""
    return (True, False) if "credit" in inspect.signature(function).parameters else (True,)


def entries(function: Callable[..., object], *, credit: bool) -> tuple[Entry, ...]:
    """Call a flow with an example of everything that it asks for."""
    known: dict[str, object] = {
        "amount": Money(10_000, "usd"),
        "fee": Money(320, "usd"),
        "converted": Money(9_200, "eur"),
        "force": None,
        "purse": "available",
        "purse_there": "available",
        "total": Money(10_000, "usd"),
        "house": house(livemode=False),
        "rail": "RAIL",
        "name": "NAME",
        "payment": "PAYMENT",
        "refund": "REFUND",
        "funding": "FUNDING",
        "credit": credit,
        **{name: book_of(owner, livemode=False) for name, owner in OWNERS.items()},
    }
    wanted = inspect.signature(function).parameters
    made = function(**{name: known[name] for name in wanted})
    return made if isinstance(made, tuple) else (made,)


def told(entry: Entry) -> Iterator[str]:
    """Yield a line for each move of an entry."""
    for move in entry.moves:
        debit, credit = move.debit.path, move.credit.path
        forced = f" (may break a floor: {move.force})" if move.force else ""
        yield f"{owner(entry.book)}: Dr `{debit}` Cr `{credit}`{forced}"


def owner(book: Book) -> str:
    """Return who a book belongs to, as the page calls them."""
    return "house" if book.owner == HOUSE else book.owner
