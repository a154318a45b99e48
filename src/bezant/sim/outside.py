"""What begins outside of the client: payments in, collections, requests, recalls, bank charges."""

from datetime import date, datetime

from bezant.sim import booking
from bezant.sim.booking import codes_of, new_line
from bezant.sim.books import Books
from bezant.sim.scheme import Client, Incoming, Scheme, ShowsIncoming
from bezant.sim.statement import Line

_ADD_INCOMING = """
INSERT INTO incoming (id, scheme, kind, amount, reference, day, line) VALUES (?, ?, ?, ?, ?, ?, ?)
"""

_BOOKED = "SELECT 1 FROM line WHERE customer_reference = ?"

_CHARGES = {
    "fee": (booking.FEE, -1),
    "interest": (booking.INTEREST, 1),
    "adjustment_up": (booking.ADJUSTMENT_UP, 1),
    "adjustment_down": (booking.ADJUSTMENT_DOWN, -1),
}
"""Type code and sign of what the bank books by itself."""


def bring(
    books: Books, scheme: Scheme, coming: list[Incoming], client: Client, made_at: datetime
) -> None:
    """Book what comes in and tell the client; inside a database transaction."""
    codes = codes_of(scheme)
    for one in coming:
        line = None
        if one.kind in {"credit", "debit"}:
            line = books.next_line()
            signed, code = (
                (one.amount, codes.credited)
                if one.kind == "credit"
                else (-one.amount, codes.debited)
            )
            text = f"{scheme.name.upper()} {one.kind.upper()} {one.name} {one.remittance}".strip()
            named = scheme.shown(one, made_at) if isinstance(scheme, ShowsIncoming) else ""
            reference = one.original or named or one.reference
            books.add_lines([new_line(line, one.day, code, signed, reference, text)])
        values = (one.number, scheme.name, one.kind, one.amount, one.reference)
        books.change(_ADD_INCOMING, (*values, one.day.isoformat(), line))
    for letter in scheme.bring(coming, client, made_at, coming[0].number):
        books.put_out_numbered(letter.kind, coming[0].day, letter.suffix, letter.content)


def next_incoming(books: Books) -> int:
    """Return the number that the next thing from outside gets; inside a database transaction."""
    return books.rows("SELECT coalesce(max(id), 0) + 1 FROM incoming")[0][0]


def wire(books: Books, reference: str, amount: int, day: date) -> Line:
    """Book money that came by wire; only the statement tells of it."""
    line = new_line(
        books.next_line(), day, booking.WIRE_IN, amount, reference, f"INCOMING WIRE {reference}"
    )
    books.add_lines([line])
    return line


def card_settlement(books: Books, reference: str, amount: int, day: date) -> None:
    """Book an acquirer's settlement, which comes or goes by ACH; again is no harm."""
    if books.rows(_BOOKED, (reference,)):
        return
    code = booking.ACH_IN if amount > 0 else booking.ACH_OUT
    text = f"MERCHANT CARD SETTLEMENT {reference}"
    books.add_lines([new_line(books.next_line(), day, code, amount, reference, text)])


def charge(books: Books, kind: str, amount: int, day: date, text: str) -> Line:
    """Book a fee, interest or an adjustment of the bank's own."""
    code, sign = _CHARGES[kind]
    line = new_line(books.next_line(), day, code, sign * amount, "", text)
    books.add_lines([line])
    return line
