"""Book transfers: a slip of ours, accepted by ourselves, settled at once."""

import pytest
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import GbAccount, OwnAccount, Party
from bezant.rails.book import BOOK
from tests.rails import book_samples as samples
from tests.rails.book_samples import instruction, packed


def test_a_slip_is_accepted_once_and_settles():
    slip = packed(instruction())
    acceptance = BOOK.accept(slip)
    (fact,) = BOOK.read(acceptance).facts
    assert (fact.kind, fact.trace, fact.amount) == (
        "settled",
        BOOK.trace(samples.ORIGINATOR, 1),
        Money(6000, "usd"),
    )
    assert BOOK.accept(slip) == acceptance
    with pytest.raises(FileRefused, match="not accepted again"):
        BOOK.accept(acceptance)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"counterparty": Party("Ada", GbAccount("108800", "00012345"))}, "the operator's own"),
        ({"direction": "debit"}, "from one own account to another"),
        ({"act": "recall"}, "from one own account to another"),
        ({"amount": Money(1, "zzz")}, "zzz is no currency"),
        ({"service": "standard"}, "no service standard"),
        ({"details": {"colour": "red"}}, "no details"),
        ({"trace": "1"}, "not BOOK and 14 digits"),
        ({"counterparty": Party("Us", OwnAccount("operating"))}, "both accounts are the same"),
    ],
)
def test_what_is_no_book_transfer(changes, reason):
    with pytest.raises(FileRefused, match=reason):
        packed(instruction(**changes))


def test_a_slip_leaves_one_own_account():
    for field, value in (("account", GbAccount("1", "2")), ("dialect", {"a": "b"})):
        with pytest.raises(FileRefused, match=field):
            packed(instruction(), structs.replace(samples.ORIGINATOR, **{field: value}))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"6000", b"0"), (b"6000", b"1e3"), (b"usd", b"zzz"), (b"BOOK", b"BANK"), (b"slip", b"note")],
)
def test_a_slip_that_is_none_is_refused(old, new):
    with pytest.raises(FileRefused):
        BOOK.read(packed(instruction()).replace(old, new))
