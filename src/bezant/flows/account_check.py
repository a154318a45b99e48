"""Account check: a few cents that show whether an account can be paid; the house bears them."""

from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.chart import cost, network
from bezant.ledger.entry import Entry, Move, entry


def sent(total: Money, *, house: Book, rail: str) -> Entry:
    """They have gone out, which the statement will show."""
    return entry("account_check.sent", Move(total, debit=cost(house), credit=network(house, rail)))


def came_back(total: Money, *, house: Book, rail: str) -> Entry:
    """They have come back: there is no such account."""
    return entry(
        "account_check.came_back", Move(total, debit=network(house, rail), credit=cost(house))
    )
