"""Explain cards: where a card network has cleared what was taken or given back, and paid for it.

Files come about every day. Those that came after the money was moved are gone through for what
they say of it, so that no payment has to be written once more when it is cleared.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from bezant.api.pages import bounds_between
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.kernel.codec import microseconds
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import content
from bezant.rail.cards import CardNotice, Cleared, Settled
from bezant.rails.cards.files import read_file
from bezant.resources.payments.card_settlement import CardSettlement, settlements
from bezant.resources.payments.dispute import CASE
from bezant.resources.payments.refund_references import known_by
from bezant.server.explanation import Node

QUERIES = load("bezant.server", "explain_cards.sql")
FILES = 200
"""How many files are gone through; as many days where they come daily."""

Wanted = Callable[[Cleared], bool]


class Clearing(NamedTuple):
    """What a file has cleared, the file, and the day's total of which it is a part."""

    cleared: Cleared
    file: BankFile
    total: CardSettlement | None


def wanted(kind: str, shown: Mapping[str, Any], hidden: Mapping[str, Any]) -> Wanted | None:
    """Return what of a charge's clearings is that of an object; None if it has none."""
    paid_by: Mapping[str, Any] = shown.get("payment_method_details") or {}
    if kind == "charge" and paid_by.get("type") == "card":
        return lambda one: one.amount.amount > 0 and not one.case
    if kind == "refund" and shown["charge"]:
        names = set(known_by(hidden))
        return lambda one: not names.isdisjoint((one.reference, one.acquirer_reference))
    if kind == "dispute":
        return lambda one: one.case == hidden.get(CASE)
    return None


async def clearings(
    conn: Connection, house: Book, charge: str, since: datetime, wanted: Wanted
) -> list[Clearing]:
    """Return what was wanted of a charge's, from files that have come since a moment."""
    bounds = bounds_between("bf", microseconds(since), None)
    assert bounds is not None, "there is always a later file"
    values = [house.id, bounds.least, FILES, charge.encode(), house.id]
    cursor = await conn.execute(QUERIES.files_that_speak, values)
    found: list[Clearing] = []
    for (body,) in await cursor.fetchall():
        file = msgspec.json.decode(body, type=BankFile)
        notices = read_file(await content(conn, house, file.id))
        cleared = (one for one in notices if isinstance(one, Cleared))
        mine = [one for one in cleared if one.about.subject == charge and wanted(one)]
        found += [Clearing(one, file, await _total(conn, house, notices, one)) for one in mine]
    return found


def told(one: Clearing) -> Node:
    """Return what there is to tell of a clearing."""
    cleared = one.cleared
    interchange, scheme = format_amount(cleared.interchange), format_amount(cleared.scheme_fee)
    return Node(
        f"cleared {format_amount(cleared.amount)} on {cleared.on}",
        [
            f"costs {interchange} for interchange and {scheme} for the network",
            f"acquirer reference {cleared.acquirer_reference}",
            f"in file {one.file.name}",
        ],
    )


def told_of(total: CardSettlement) -> Node:
    """Return what there is to tell of a day's total."""
    parts = {
        "captured": total.captured,
        "refunded": -total.refunded,
        "charged back": -total.charged_back,
        "fees": -total.fees,
    }
    sums = [
        f"{name} {format_amount(Money(amount, total.currency))}"
        for name, amount in parts.items()
        if amount
    ]
    net = format_amount(Money(total.net, total.currency))
    return Node(
        f"card settlement {total.id}",
        [
            f"{net} for {total.on}, to be paid on {total.pays_on} as {total.reference}",
            f"{total.count} in it: {', '.join(sums)}",
        ],
    )


async def _total(
    conn: Connection, house: Book, notices: Sequence[CardNotice], one: Cleared
) -> CardSettlement | None:
    """Return the total in a file's currency; None if the file has none yet."""
    names = [
        each.reference
        for each in notices
        if isinstance(each, Settled) and each.net.currency == one.amount.currency
    ]
    return next(iter((await settlements(conn, house, names)).values()), None)
