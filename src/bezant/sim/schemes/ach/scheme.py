"""ACH as a scheme: what a client's file asks for, when it settles, and how the network answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from bezant.sim.banking_days import next_after, on_or_after
from bezant.sim.scheme import Answer, Client, Incoming, Letter, Order, Outcome, Received
from bezant.sim.schemes.ach.answers import corrected, returned
from bezant.sim.schemes.ach.file import AchFile, Batch, Entry
from bezant.sim.schemes.ach.incoming import item_of
from bezant.sim.schemes.ach.reader import read_ach
from bezant.sim.schemes.ach.receivers import BY_CHANCE, MAGIC
from bezant.sim.schemes.ach.writer import Item, ReturnFileHeader, write_file

_REVERSAL = "REVERSAL"
_OPERATOR = "FEDERAL RESERVE BANK"
_CONTESTED_AFTER = timedelta(weeks=3)
"""How long a consumer takes to say that a debit was not authorised; 60 days would be allowed."""
_SILENT: tuple[Outcome, ...] = ("accepted", "pending", "settled")
"""Outcomes of which the network says nothing: what does not come back is paid."""


class AchScheme:
    """The automated clearing house, with every receiver's bank behind it."""

    @property
    def name(self) -> str:
        """The rail's name."""
        return "ach"

    @property
    def mode(self) -> Literal["batch", "instant"]:
        """Files settle on days."""
        return "batch"

    @property
    def currency(self) -> str:
        """What its accounts are kept in."""
        return "usd"

    @property
    def magic(self) -> Mapping[str, tuple[Outcome, str]]:
        """The counterparty accounts that always answer in one way, with the code."""
        return MAGIC

    @property
    def by_chance(self) -> Sequence[tuple[Outcome, str]]:
        """What chance answers with, each as often as it stands."""
        return BY_CHANCE

    def recognize(self, content: bytes) -> bool:
        """Tell whether some bytes look like an ACH file."""
        return content[:3] == b"101"

    def read(self, content: bytes, client: Client) -> Received:
        """Return what a client's file asks for; raises FileRefused with every problem."""
        file = read_ach(content, client.bank, answers=True)
        orders = tuple(
            _order(file, batch, entry) for batch in file.batches for entry in batch.entries
        )
        return Received(
            identity=file.identity,
            reference=file.reference,
            orders=orders,
            fields={"created": file.created, "modifier": file.modifier},
        )

    def settles_on(self, order: Order, today: date) -> date:
        """Return the effective date, or the next banking day for an entry that names none."""
        return on_or_after(max(order.due_on or next_after(today), today))

    def answers_on(self, outcome: Outcome, settled_on: date) -> date:
        """Return the banking day after settlement: returns and changes take a night."""
        if outcome == "disputed":
            return on_or_after(settled_on + _CONTESTED_AFTER)
        return on_or_after(settled_on) if outcome in _SILENT else next_after(settled_on)

    def acknowledge(
        self,
        received: Received | None,
        problems: Sequence[str],
        client: Client,
        at: datetime,
        number: int,
    ) -> Letter | None:
        """Return the receipt for a file: its reference and totals, or why it was refused."""
        orders = received.orders if received else ()
        debits = sum(order.amount for order in orders if not order.is_credit)
        lines = [
            "ACH FILE RECEIPT",
            f"RECEIPT: {number}",
            f"RECEIVED: {at:%Y-%m-%d %H:%M}",
            f"CLIENT: {client.company or client.name}",
            f"FILE: {received.identity if received else ''}",
            f"REFERENCE: {received.reference if received else ''}",
            f"STATUS: {'REJECTED' if problems else 'ACCEPTED'}",
            f"ENTRIES: {len(orders)}",
            f"DEBITS: {debits}",
            f"CREDITS: {sum(order.amount for order in orders) - debits}",
            *(f"REASON: {problem}" for problem in problems),
        ]
        content = "".join(f"{line}\n" for line in lines).encode("ascii", "replace")
        return Letter("receipt", ".txt", content)

    def write(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return the files of returns and of changes; the network has no word for success."""
        back = [returned(one) for one in answers if one.outcome in ("returned", "rejected")]
        changes = [corrected(one) for one in answers if one.outcome == "corrected"]
        unknown = {one.outcome for one in answers} - {*_SILENT, "returned", "rejected", "corrected"}
        if unknown:
            raise LookupError(f"ACH has no answer that says {', '.join(sorted(unknown))}")
        return [
            Letter(kind, ".ach", write_file(_header(answers, client, at, ordinal), items))
            for ordinal, (kind, items) in enumerate(
                (("returns", back), ("changes", changes)), number
            )
            if items
        ]

    def bring(
        self, incoming: Sequence[Incoming], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return one file for each day of what others send to the client."""
        days: dict[date, list[Item]] = {}
        for one in incoming:
            days.setdefault(one.day, []).append(item_of(one, client))
        return [
            Letter("incoming", ".ach", write_file(header, items))
            for header, items in _brought(days, client, at, number)
        ]


def _header(
    answers: Sequence[Answer], client: Client, at: datetime, ordinal: int
) -> ReturnFileHeader:
    """Address answers to whoever sent the file, by the names of its own header."""
    said = answers[0].order.fields
    names = (said["origin_name"], said["destination_name"])
    day = max(answer.day for answer in answers)
    return ReturnFileHeader(said["origin"], client.bank, *names, at, day, ordinal)


def _brought(
    days: Mapping[date, list[Item]], client: Client, at: datetime, number: int
) -> Iterator[tuple[ReturnFileHeader, list[Item]]]:
    for ordinal, (day, items) in enumerate(sorted(days.items()), number):
        destination = client.company or client.bank
        yield (
            ReturnFileHeader(
                destination, client.bank, client.name.upper(), _OPERATOR, at, day, ordinal
            ),
            items,
        )


def _order(file: AchFile, batch: Batch, entry: Entry) -> Order:
    said = entry.addenda[0] if entry.addenda else ""
    answers = said[1:3] in ("98", "99")
    act = _act(batch, entry, said[3:6] if answers else "")
    fields = {
        "origin": file.origin,
        "origin_name": file.origin_name,
        "destination_name": file.destination_name,
        "company": batch.company,
        "company_id": batch.company_id,
        "batch": str(batch.number),
        "sec": batch.sec,
        "description": batch.description,
        "odfi": batch.odfi,
        "code": entry.code,
        "identity": entry.identity,
        "columns": entry.columns,
        "discretionary": entry.discretionary,
        "addenda": said,
        "reason": said[3:6] if answers else "",
    }
    return Order(
        key=entry.trace,
        act=act,
        amount=entry.amount,
        currency="usd",
        is_credit=entry.is_credit,
        bank=entry.routing,
        account=f"{entry.account}/{act}" if answers else entry.account,
        name=entry.name,
        due_on=batch.effective,
        original=said[6:21] if answers else "",
        settles=act in ("dishonor", "contest"),
        fields=fields,
    )


def _act(batch: Batch, entry: Entry, reason: str) -> str:
    """Return what is asked: a dishonored return has R61 to R70, a contested one R71 to R77."""
    if reason[:1] == "C":
        return "refuse"
    if reason:
        number = int(reason[1:])
        return "dishonor" if 61 <= number <= 70 else "contest" if 71 <= number <= 77 else "return"
    if not entry.amount:
        return "prenote"
    if batch.description == _REVERSAL:
        return "reverse"
    return "pay" if entry.is_credit else "collect"
