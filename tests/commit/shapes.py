"""Short words for change sets, answers and what came of them."""

import itertools

from bezant.commit.change_set import Answer, ChangeSet, Document, Posting
from bezant.db.pool import connect_sync
from bezant.kernel.money import Money
from bezant.ledger import chart
from bezant.ledger.book import book_of
from bezant.ledger.entry import Move, entry

P = book_of("acct_p", livemode=False)
C = book_of("acct_c", livemode=False)
_NUMBERS = itertools.count(1)


def numbered(prefix):
    """A new id."""
    return f"{prefix}_{next(_NUMBERS):08d}"


def equity(book):
    """An account that may owe without limit."""
    return chart.custom(book, "equity", credit_normal=True, floor=None)


def fund(amount=100, book=P, name=None, **about):
    """Money from nowhere into `available`."""
    move = Move(Money(amount, "usd"), equity(book), chart.available(book))
    posting = Posting(name or numbered("le"), entry("fund", move), numbered("po"), **about)
    return ChangeSet(postings=[posting])


def spend(amount, book=P, force=None):
    """Money out of `available`, as far as there is any."""
    move = Move(Money(amount, "usd"), chart.available(book), equity(book), force=force)
    return ChangeSet(postings=[Posting(numbered("le"), entry("spend", move), numbered("po"))])


def transfer(amount, payer=P, payee=C):
    """Money from one book to another."""
    money = Money(amount, "usd")
    given = entry("transfer.created", Move(money, chart.available(payer), chart.due(payer)))
    taken = entry("transfer.received", Move(money, chart.due(payee), chart.available(payee)))
    source = numbered("tr")
    return ChangeSet(
        postings=[Posting(numbered("le"), one, source) for one in (given, taken)],
    )


def document(clock, name, expected=0, body="{}", book=P, **columns):
    """A version of a document and nothing else."""
    made = Document(book, "payout", name, expected, clock.now(), body, columns)
    return ChangeSet(documents=[made])


def answer(key, body='"done"', digest=b"d" * 32, *, itemised=False, book=P):
    """What a request under a key will be told again."""
    return Answer(book, key, digest, 200, body, numbered("req"), itemised)


def available(url, book=P):
    """What an owner has, as the database says."""
    with connect_sync(url) as connection:
        row = connection.execute(
            "select posted_credits - posted_debits - pending_debits from account "
            "where book_id = %s and path = 'available'",
            [book.id],
        ).fetchone()
    return row[0] if row else 0


def count(url, table):
    """How many rows a table has."""
    with connect_sync(url) as connection:
        return connection.execute(f"select count(*) from {table}").fetchone()[0]
