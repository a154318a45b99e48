"""Batches: many change sets as the columns that `commit_batch` takes, in arrival order."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from bezant.commit.change_set import Answer, ChangeSet, Document, HoldChange, Posting
from bezant.commit.digest import account_digest, posting_digest
from bezant.db.arrays import booleans, integers, moments, texts
from bezant.kernel.codec import encode_json, microseconds
from bezant.ledger.chart import Account
from bezant.ledger.entry import PHASES, Move

AccountKey = tuple[int, int]
"""Book id and account id."""


class Batch:
    """The columns of one call; `known` accounts exist already and need not be described."""

    def __init__(self, now: datetime, known: set[AccountKey]) -> None:
        """Start empty at a recorded time."""
        self._now = now
        self._known = known
        self.sizes: list[tuple[int, int, int, int, int, int]] = []
        self.answers: list[tuple[int, Answer]] = []
        self._accounts: dict[AccountKey, tuple[Account, str]] = {}
        self._postings: list[tuple[int, Posting]] = []
        self._moves: list[tuple[int, int, Move, AccountKey, AccountKey]] = []
        self._holds: list[HoldChange] = []
        self._documents: list[tuple[int, Document]] = []
        self._units: list[ChangeSet] = []
        self._closings: list[AccountKey] = []

    def add(self, request: int, unit: ChangeSet) -> None:
        """Append a change set of the request with that number."""
        self._units.append(unit)
        number = len(self._units)
        moves = 0
        for posting in unit.postings:
            self._add_posting(number, posting)
            moves += len(posting.entry.moves)
        for closing in unit.closings:
            self._closings.append(self._touch(closing.account, closing.currency))
        self._holds += unit.holds
        self._documents += [(number, document) for document in unit.documents]
        self.sizes.append(
            (
                request,
                len(unit.postings),
                moves,
                len(unit.holds),
                len(unit.documents),
                len(unit.closings),
            )
        )

    def touched(self) -> set[AccountKey]:
        """Return the accounts that exist once this has been committed."""
        return set(self._accounts)

    def columns(self) -> list[str]:
        """Return the parameters of `commit_batch` after the batch id, in its order."""
        accounts = sorted(self._accounts)
        index = {key: at for at, key in enumerate(accounts, 1)}
        return [
            self._now.isoformat(),
            *map(integers, _transposed(self.sizes, 6)),
            *self._answer_columns(),
            *self._new_account_columns(accounts),
            integers([book for book, _ in accounts]),
            integers([account for _, account in accounts]),
            *self._entry_columns(),
            *self._move_columns(index),
            *self._hold_columns(),
            *self._reversal_columns(),
            *self._document_columns(),
            *self._event_columns(),
            *self._job_columns(),
            *self._content_columns(),
            integers([index[key] for key in self._closings]),
        ]

    def _add_posting(self, number: int, posting: Posting) -> None:
        self._postings.append((number, posting))
        at = len(self._postings)
        for n, move in enumerate(posting.entry.moves):
            currency = move.amount.currency
            debit = self._touch(move.debit, currency)
            credit = self._touch(move.credit, currency)
            self._moves.append((at, n, move, debit, credit))

    def _touch(self, account: Account, currency: str) -> AccountKey:
        key = (account.book.id, account.id(currency))
        if key not in self._accounts:
            self._accounts[key] = (account, currency)
        return key

    def _answer_columns(self) -> list[str]:
        answers = [answer for _, answer in self.answers]
        return [
            integers([request for request, _ in self.answers]),
            integers([answer.book.id for answer in answers]),
            texts([answer.key for answer in answers]),
            texts([answer.digest.hex() for answer in answers]),
            integers([answer.status for answer in answers]),
            texts([answer.body for answer in answers]),
            texts([answer.request for answer in answers]),
            booleans([answer.itemised for answer in answers]),
        ]

    def _new_account_columns(self, keys: Sequence[AccountKey]) -> list[str]:
        new = [self._accounts[key] for key in keys if key not in self._known]
        return [
            integers([account.book.id for account, _ in new]),
            texts([account.book.owner for account, _ in new]),
            booleans([account.book.livemode for account, _ in new]),
            integers([account.id(currency) for account, currency in new]),
            texts([account.path for account, _ in new]),
            texts([currency for _, currency in new]),
            booleans([account.credit_normal for account, _ in new]),
            integers([account.floor for account, _ in new]),
            texts([account_digest(account, currency).hex() for account, currency in new]),
        ]

    def _entry_columns(self) -> list[str]:
        postings = [posting for _, posting in self._postings]
        reversals = {key: at for at, key in enumerate(self._reversals(), 1)}
        effective = [posting.entry.effective_at or self._now for posting in postings]
        return [
            integers([unit for unit, _ in self._postings]),
            integers([posting.entry.book.id for posting in postings]),
            texts([posting.id for posting in postings]),
            texts([posting.entry.kind for posting in postings]),
            texts([posting.source for posting in postings]),
            texts([posting.request for posting in postings]),
            moments(effective),
            moments([posting.expires_at for posting in postings]),
            integers(
                [
                    reversals[posting.entry.book.id, posting.reverses] if posting.reverses else 0
                    for posting in postings
                ]
            ),
            integers([posting.reversal_no for posting in postings]),
            texts([posting.resolves for posting in postings]),
            texts([posting.description for posting in postings]),
            texts([posting.metadata for posting in postings]),
            integers([len(posting.entry.moves) for posting in postings]),
            texts(
                [
                    posting_digest(posting, microseconds(when)).hex()
                    for posting, when in zip(postings, effective, strict=True)
                ]
            ),
        ]

    def _move_columns(self, index: dict[AccountKey, int]) -> list[str]:
        return [
            integers([entry for entry, _, _, _, _ in self._moves]),
            integers([n for _, n, _, _, _ in self._moves]),
            integers([index[debit] for _, _, _, debit, _ in self._moves]),
            integers([index[credit] for _, _, _, _, credit in self._moves]),
            integers([move.amount.amount for _, _, move, _, _ in self._moves]),
            integers([PHASES[move.phase] for _, _, move, _, _ in self._moves]),
            texts([move.force for _, _, move, _, _ in self._moves]),
        ]

    def _hold_columns(self) -> list[str]:
        keys = sorted({(hold.book.id, hold.entry, hold.n) for hold in self._holds})
        index = {key: at for at, key in enumerate(keys, 1)}
        return [
            integers([book for book, _, _ in keys]),
            texts([entry for _, entry, _ in keys]),
            integers([n for _, _, n in keys]),
            integers([index[hold.book.id, hold.entry, hold.n] for hold in self._holds]),
            integers([hold.expected for hold in self._holds]),
            integers([hold.remaining for hold in self._holds]),
            booleans([hold.expiring for hold in self._holds]),
        ]

    def _reversals(self) -> list[tuple[int, str]]:
        return sorted(
            {
                (posting.entry.book.id, posting.reverses)
                for _, posting in self._postings
                if posting.reverses
            }
        )

    def _reversal_columns(self) -> list[str]:
        keys = self._reversals()
        return [integers([book for book, _ in keys]), texts([entry for _, entry in keys])]

    def _document_columns(self) -> list[str]:
        documents = [document for _, document in self._documents]
        names = [(document.book.id, document.kind, document.id) for document in documents]
        keys = sorted(set(names))
        index = {key: at for at, key in enumerate(keys, 1)}
        return [
            integers([book for book, _, _ in keys]),
            texts([kind for _, kind, _ in keys]),
            texts([name for _, _, name in keys]),
            integers([unit for unit, _ in self._documents]),
            integers([index[name] for name in names]),
            integers([document.expected for document in documents]),
            moments([document.created for document in documents]),
            booleans([document.deleted for document in documents]),
            texts([document.body for document in documents]),
            texts([document.hidden for document in documents]),
            texts([encode_json(document.columns).decode() for document in documents]),
        ]

    def _event_columns(self) -> list[str]:
        rows = [(at, event) for at, unit in enumerate(self._units, 1) for event in unit.events]
        events = [event for _, event in rows]
        return [
            integers([unit for unit, _ in rows]),
            integers([event.book.id for event in events]),
            texts([event.id for event in events]),
            texts([event.type for event in events]),
            texts([event.object for event in events]),
            texts([event.body for event in events]),
            texts([event.request for event in events]),
        ]

    def _job_columns(self) -> list[str]:
        rows = [(at, job) for at, unit in enumerate(self._units, 1) for job in unit.jobs]
        jobs = [job for _, job in rows]
        return [
            integers([unit for unit, _ in rows]),
            integers([job.book.id for job in jobs]),
            texts([job.id for job in jobs]),
            texts([job.kind for job in jobs]),
            texts([job.payload for job in jobs]),
            moments([job.run_at for job in jobs]),
        ]

    def _content_columns(self) -> list[str]:
        rows = [(at, file) for at, unit in enumerate(self._units, 1) for file in unit.contents]
        return [
            integers([unit for unit, _ in rows]),
            integers([file.book.id for _, file in rows]),
            texts([file.id for _, file in rows]),
            texts([b64encode(file.data).decode() for _, file in rows]),
        ]


def _transposed(rows: Sequence[tuple[int, ...]], width: int) -> list[list[int]]:
    return [[row[at] for row in rows] for at in range(width)]
