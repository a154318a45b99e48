"""Digests: SHA-256 over what was asked for, so that a later change of a row cannot hide.

The bytes are a compact JSON array: unambiguous, the same everywhere, and quick to write. Moments
are microseconds since 1970.
"""

from hashlib import sha256

from bezant.commit.change_set import Posting
from bezant.kernel.codec import encode_json, microseconds
from bezant.ledger.chart import Account
from bezant.ledger.entry import PHASES


def account_digest(account: Account, currency: str) -> bytes:
    """Return the digest of what an account is; its moment of creation is chained on by the door."""
    return sha256(
        encode_json(
            [
                "account",
                account.book.id,
                account.id(currency),
                account.path,
                currency,
                account.credit_normal,
                account.floor,
            ]
        )
    ).digest()


def posting_digest(posting: Posting, effective_at: int) -> bytes:
    """Return the digest of an entry and its moves, taking effect at a time in microseconds."""
    moves = [
        [
            n,
            move.debit.id(move.amount.currency),
            move.credit.id(move.amount.currency),
            move.amount.amount,
            PHASES[move.phase],
            move.force,
        ]
        for n, move in enumerate(posting.entry.moves)
    ]
    return sha256(
        encode_json(
            [
                "entry",
                posting.entry.book.id,
                posting.id,
                posting.entry.kind,
                posting.source,
                posting.request,
                effective_at,
                None if posting.expires_at is None else microseconds(posting.expires_at),
                posting.reverses,
                posting.reversal_no,
                posting.resolves,
                posting.description,
                posting.metadata,
                moves,
            ]
        )
    ).digest()
