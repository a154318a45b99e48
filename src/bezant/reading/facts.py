"""Any rail's file as a summary, from the facts that the rail reads in it."""

from typing import BinaryIO

from bezant.kernel.errors import FileRefused
from bezant.rail import Direction, Fact, Rail, ReadsStreams
from bezant.reading.summary import Item, Keep, Tally


def facts(source: BinaryIO, kind: str, keep: Keep, rail: Rail) -> Tally:
    """Summarise a file by its facts; entries and sums are those of its own totals."""
    tally = Tally(kind, keep)
    try:
        if isinstance(rail, ReadsStreams) and rail.streams(kind):
            read = rail.read_stream(source)
        else:
            read = rail.read(source.read())
        for fact in read:
            tally.add(_item(fact))
    except FileRefused as refusal:
        tally.refused(refusal)
        return tally
    batches = read.totals.details.get("batches", "1")
    tally.batches = int(batches) if batches.isdecimal() else 1
    tally.entries = read.totals.count
    for side, total in (("credit", read.totals.credits), ("debit", read.totals.debits)):
        (tally.credits if side == "credit" else tally.debits)[total.currency] = total.amount
    tally.ties_out = True
    tally.details = dict(read.totals.details)
    for warning in read.warnings:
        tally.warned(warning)
    return tally


def _item(fact: Fact) -> Item:
    references = {"trace": fact.trace, "end_to_end_id": fact.end_to_end_id}
    return Item(
        batch=1,
        references={name: text for name, text in references.items() if text},
        codes=(fact.code,) if fact.code else (),
        status=fact.kind,
        amount=None if fact.amount is None else fact.amount.amount,
        currency="" if fact.amount is None else fact.amount.currency,
        direction=fact.direction or _direction(fact.details.get("direction", "")),
        on=fact.on,
        name="" if fact.counterparty is None else fact.counterparty.name,
        text=fact.remittance or fact.reason or "",
        line=fact.line,
    )


def _direction(word: str) -> Direction | None:
    if word == "credit":
        return "credit"
    return "debit" if word == "debit" else None
