"""Conversion: an owner's money in one currency for money in another, out of the operator's.

The operator's `position` in each currency is what it has taken on, and returns to zero when the
operator has exchanged it.
"""

from bezant.flows.charge import Purse, purse_of
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import (
    Account,
    available,
    due,
    fees_payable,
    in_transit,
    incoming,
    position,
)
from bezant.ledger.entry import Entry, Move, entry


def received(
    amount: Money,
    converted: Money,
    fee: Money,
    *,
    book: Book,
    rail: str,
    purse: Purse,
    house: Book,
) -> tuple[Entry, Entry]:
    """What a network owes is the operator's, who owes the owner what it is worth."""
    mine = purse_of(book, purse)
    moves = [
        Move(amount, debit=incoming(book, rail), credit=due(book)),
        Move(converted, debit=due(book), credit=mine),
    ]
    if fee:
        moves.append(Move(fee, debit=mine, credit=fees_payable(book), force="fee"))
    return (
        entry("conversion.received", *moves),
        _taken_on(amount, converted, house),
    )


def given_back(
    amount: Money, converted: Money, *, book: Book, rail: str, purse: Purse, house: Book
) -> tuple[Entry, Entry]:
    """The payer gets back the one currency, and the owner pays for it in the other."""
    return (
        entry(
            "conversion.given_back",
            Move(converted, debit=purse_of(book, purse), credit=due(book), force="refund"),
            Move(amount, debit=due(book), credit=incoming(book, rail)),
        ),
        _given_up(amount, converted, house),
    )


def taken_back(
    amount: Money, converted: Money, *, book: Book, purse: Purse, house: Book
) -> tuple[Entry, Entry]:
    """A payer's bank has taken the one currency back, and the owner pays for it in the other."""
    move = Move(converted, debit=purse_of(book, purse), credit=due(book), force="return")
    return entry("conversion.taken_back", move), _given_up(amount, converted, house)


def sent_back(
    amount: Money, converted: Money, *, book: Book, rail: str, purse: Purse, house: Book
) -> tuple[Entry, Entry]:
    """The one currency is on its way to the payer's bank, and the owner pays in the other."""
    return (
        entry(
            "conversion.sent_back",
            Move(converted, debit=purse_of(book, purse), credit=due(book), force="refund"),
            Move(amount, debit=due(book), credit=in_transit(book, rail)),
        ),
        _given_up(amount, converted, house),
    )


def not_sent(
    amount: Money, converted: Money, *, book: Book, rail: str, purse: Purse, house: Book
) -> tuple[Entry, Entry]:
    """No bank carries it to the payer: the owner has what it has paid for it again."""
    return (
        entry(
            "conversion.not_sent",
            Move(amount, debit=in_transit(book, rail), credit=due(book)),
            Move(converted, debit=due(book), credit=purse_of(book, purse)),
        ),
        _taken_on(amount, converted, house),
    )


def came_again(
    amount: Money, converted: Money, *, book: Book, purse: Purse, house: Book
) -> tuple[Entry, Entry]:
    """The payer's bank has sent it back: the owner has what it has paid for it again."""
    move = Move(converted, debit=due(book), credit=purse_of(book, purse))
    return entry("conversion.came_again", move), _taken_on(amount, converted, house)


def transferred(
    amount: Money,
    converted: Money,
    *,
    source: Book,
    destination: Book,
    purse: Purse,
    force: str | None,
    house: Book,
) -> tuple[Entry, Entry, Entry]:
    """The one currency leaves a book, and what it is worth arrives in the other one."""
    mine, theirs = purse_of(source, purse), purse_of(destination, purse)
    return (
        entry("transfer.created", Move(amount, debit=mine, credit=due(source), force=force)),
        entry("transfer.received", Move(converted, debit=due(destination), credit=theirs)),
        _taken_on(amount, converted, house),
    )


def transfer_reversed(
    amount: Money,
    converted: Money,
    *,
    source: Book,
    destination: Book,
    purse: Purse,
    purse_there: Purse,
    force: str | None,
    house: Book,
) -> tuple[Entry, ...]:
    """The sender has the one currency again, and the receiver pays for it in the other."""
    mine, theirs = purse_of(source, purse), purse_of(destination, purse_there)
    return (
        *_paid("transfer.taken_back", converted, theirs, destination, force),
        entry("transfer.reversed", Move(amount, debit=due(source), credit=mine)),
        _given_up(amount, converted, house),
    )


def account_debited(
    amount: Money,
    converted: Money,
    *,
    source: Book,
    destination: Book,
    force: str | None,
    house: Book,
) -> tuple[Entry, Entry, Entry]:
    """An account is debited in the one currency, and the platform has what it is worth."""
    mine, theirs = available(source), available(destination)
    return (
        entry("account_debit.taken", Move(amount, debit=mine, credit=due(source), force=force)),
        entry("account_debit.received", Move(converted, debit=due(destination), credit=theirs)),
        _taken_on(amount, converted, house),
    )


def fee_taken(
    amount: Money, converted: Money, *, source: Book, destination: Book, purse: Purse, house: Book
) -> tuple[Entry, ...]:
    """The platform has its fee in the one currency, and the account pays it in the other."""
    mine, theirs = purse_of(source, purse), purse_of(destination, purse)
    return (
        *_paid("application_fee.taken", converted, mine, source, "fee"),
        entry("application_fee.earned", Move(amount, debit=due(destination), credit=theirs)),
        _given_up(amount, converted, house),
    )


def fee_refunded(
    amount: Money,
    converted: Money,
    *,
    source: Book,
    destination: Book,
    purse: Purse,
    purse_there: Purse,
    force: str | None,
    house: Book,
) -> tuple[Entry, ...]:
    """The platform gives its fee back, and the account has what it has paid for it."""
    mine, theirs = purse_of(source, purse), purse_of(destination, purse_there)
    move = Move(converted, debit=due(destination), credit=theirs)
    return (
        *_paid("application_fee.refunded", amount, mine, source, force),
        *([entry("application_fee.returned", move)] if converted else []),
        *([_taken_on(amount, converted, house)] if amount or converted else []),
    )


def _paid(
    kind: str, amount: Money, purse: Account, book: Book, force: str | None
) -> tuple[Entry, ...]:
    """What a small part comes to may be nothing: it is paid for with the next one."""
    return (entry(kind, Move(amount, purse, due(book), force=force)),) if amount else ()


def _taken_on(amount: Money, converted: Money, house: Book) -> Entry:
    return entry(
        "conversion.taken_on",
        Move(amount, debit=due(house), credit=position(house)),
        Move(converted, debit=position(house), credit=due(house)),
    )


def _given_up(amount: Money, converted: Money, house: Book) -> Entry:
    return entry(
        "conversion.given_up",
        Move(converted, debit=due(house), credit=position(house)),
        Move(amount, debit=position(house), credit=due(house)),
    )
