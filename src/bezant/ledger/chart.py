"""The chart of accounts: which accounts a book has, which side each counts on, and its floor.

An account is named by book and path and exists once per currency; it comes into being with its
first move.
"""

from functools import lru_cache

from msgspec import Struct

from bezant.ledger.book import HOUSE, Book, book_of, hash63


class Account(Struct, frozen=True):
    """An account of a book, before a currency is chosen.

    `floor` is the least available balance in minor units, None for no limit. `credit_normal`
    accounts count credits up; the others, what is owed to us, count debits up.
    """

    book: Book
    path: str
    credit_normal: bool = True
    floor: int | None = None

    def id(self, currency: str) -> int:
        """Return the account's number within its book."""
        return account_id(self.path, currency)


@lru_cache(maxsize=65536)
def account_id(path: str, currency: str) -> int:
    """Return the number of the account at a path in a currency, the same in every book."""
    return hash63(f"{path}|{currency}")


def available(book: Book) -> Account:
    """What the owner may spend now."""
    return _account(book, "available", floor=0)


def pending(book: Book) -> Account:
    """What will become available."""
    return _account(book, "pending")


def reserved(book: Book) -> Account:
    """What is kept back against losses."""
    return _account(book, "reserved", floor=0)


def connect_reserved(book: Book) -> Account:
    """What a platform has set aside for its accounts that are below zero."""
    return _account(book, "connect_reserved", floor=0)


def prefunded(book: Book) -> Account:
    """What the owner has sent ahead for refunds and disputes that nothing else is left for."""
    return _account(book, "prefunded", floor=0)


def prefunding(book: Book) -> Account:
    """What the owner is sending for those, and the bank does not have yet."""
    return _account(book, "prefunding")


def minimum(book: Book) -> Account:
    """What a payout leaves in the balance; zero once the payout is made."""
    return _account(book, "minimum", floor=0)


def in_transit(book: Book, rail: str) -> Account:
    """What is on its way to a bank; zero when every movement is done."""
    return _account(book, f"in_transit:{rail}")


def incoming(book: Book, rail: str) -> Account:
    """What networks and banks owe for this owner; zero when they have paid."""
    return _account(book, f"incoming:{rail}", credit_normal=False)


def customer_cash(book: Book, customer: str) -> Account:
    """What a customer has sent ahead of its payments; not its account's to spend yet."""
    return _account(book, f"cash:{customer}", floor=0)


def fees_payable(book: Book) -> Account:
    """Fees the owner owes, until they are swept to the house."""
    return _account(book, "fees_payable")


def due(book: Book) -> Account:
    """The clearing account with all other books; over all books it is zero."""
    return _account(book, "due")


def house(livemode: bool) -> Book:
    """The operator's own book."""
    return book_of(HOUSE, livemode)


def bank(book: Book, name: str) -> Account:
    """The mirror of a bank account's statement."""
    return _account(book, f"bank:{name}", credit_normal=False)


def network(book: Book, rail: str) -> Account:
    """What a network has settled and no bank statement has shown yet."""
    return _account(book, f"network:{rail}", credit_normal=False)


def suspense(book: Book, name: str) -> Account:
    """Lines of a bank's statement that nothing explains yet."""
    return _account(book, f"suspense:{name}")


def returnable(book: Book, rail: str) -> Account:
    """What was collected for the owner and others may still take back: a memo, not their money."""
    return _account(book, f"returnable:{rail}")


def returnable_against(book: Book, rail: str) -> Account:
    """The other side of `returnable`, so that the memo balances within the book."""
    return _account(book, f"returnable_against:{rail}", credit_normal=False)


def revenue(book: Book) -> Account:
    """Fees earned."""
    return _account(book, "revenue")


def cost(book: Book) -> Account:
    """What banks and networks charge."""
    return _account(book, "cost", credit_normal=False)


def position(book: Book) -> Account:
    """What the operator has taken on in a currency by exchanging it; zero when it is even."""
    return _account(book, "position")


def custom(book: Book, name: str, *, credit_normal: bool, floor: int | None) -> Account:
    """An account that a user of the ledger API has opened."""
    return Account(book, f"custom:{name}", credit_normal, floor)


CLEARING = ("due", "in_transit:", "incoming:", "network:")
"""Paths, or their beginnings, of accounts that return to zero once everything is explained."""


@lru_cache(maxsize=65536)
def _account(
    book: Book, path: str, *, credit_normal: bool = True, floor: int | None = None
) -> Account:
    return Account(book, path, credit_normal, floor)
