"""Expiry: the change set that gives the holds of a lapsed entry back."""

from bezant.commit.change_set import ChangeSet, HoldChange, Posting
from bezant.ledger.holds import Lapsed


def expiry(lapsed: Lapsed, name: str) -> ChangeSet:
    """Return the change set, under the id of its entry.

    The door refuses it as `stale` when somebody has captured or released meanwhile.
    """
    changes = [
        HoldChange(lapsed.book, lapsed.entry, hold.n, hold.remaining.amount, 0, expiring=True)
        for hold in lapsed.holds
    ]
    posting = Posting(name, lapsed.released, lapsed.source, resolves=lapsed.entry)
    return ChangeSet(postings=[posting], holds=changes)
