"""How accounts and amounts look in tables."""

from rich.text import Text

from bezant.cli.books import Found
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money
from bezant.ledger.book import Book


def plain(amount: int, currency: str) -> str:
    """Return an amount where the currency stands beside it: `1,234.56`."""
    return format_amount(Money(amount, currency)).rsplit(" ", 1)[0]


def owner(book: Book) -> str:
    """Return whose book it is, in which mode."""
    return f"{book.owner}, {'live' if book.livemode else 'test'} mode"


def title(found: Found) -> Text:
    """Return the line above an account's figures."""
    return Text.assemble((found.balances[0].path, "bold"), f" of {owner(found.book)}")
