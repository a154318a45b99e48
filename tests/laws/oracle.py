"""What the door should do, said again in the plainest way: one change set after the other.

No database, no batches, no arrays: dictionaries of integers, copied before each change set and put
back when it is refused.
"""

from dataclasses import dataclass, field, replace

from bezant.commit.change_set import Accepted, Refused, Replayed

TOP = 2**63 - 1


@dataclass(frozen=True)
class Standing:
    """One account as it stands."""

    credit_normal: bool
    floor: int | None
    posted_debits: int = 0
    posted_credits: int = 0
    pending_debits: int = 0
    pending_credits: int = 0
    version: int = 0
    closed: bool = False

    @property
    def posted(self):
        net = self.posted_credits - self.posted_debits
        return net if self.credit_normal else -net

    @property
    def available(self):
        return self.posted - (self.pending_debits if self.credit_normal else self.pending_credits)

    @property
    def empty(self):
        return self.posted == self.pending_debits == self.pending_credits == 0

    def moved(self, side, phase, amount):
        """The account after one side of a move."""
        kind = "posted" if phase == "posted" else "pending"
        name = f"{kind}_{side}s"
        sign = -1 if phase == "released" else 1
        changed = {name: getattr(self, name) + sign * amount, "version": self.version + 1}
        return replace(self, **changed)


@dataclass(frozen=True)
class Held:
    """One hold as it stands."""

    remaining: int
    expires_at: object


class No(Exception):
    """A change set is refused, with the code and the account or id that the refusal names."""

    def __init__(self, code, about):
        super().__init__(code)
        self.code = code
        self.about = about


@dataclass
class Oracle:
    """All that the door's decisions depend on."""

    accounts: dict = field(default_factory=dict)
    holds: dict = field(default_factory=dict)
    reversals: dict = field(default_factory=dict)
    documents: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    entries: dict = field(default_factory=dict)

    def commit(self, units, answer, now):
        """The outcomes of one request, in the shape in which `Door.commit` returns them."""
        for unit in units:
            self._open_accounts(unit)
        if answer is None:
            return [self._unit(unit, now) for unit in units]
        key = (answer.book.id, answer.key)
        if key in self.answers:
            return [self.answers[key]] * len(units)
        outcomes = [self._unit(unit, now) for unit in units]
        faults = [(n, *one) for n, one in enumerate(outcomes) if isinstance(one, Refused)]
        if answer.itemised or not faults:
            told = (answer.digest, answer.status, answer.body, answer.request, faults or None)
            self.answers[key] = Replayed(*told)
        return outcomes

    def adopt(self, unit):
        """Take over what a door has accepted without asking here."""
        for document in unit.documents:
            key = (document.book.id, document.kind, document.id)
            self.documents[key] = document.expected + 1
        for change in unit.holds:
            key = (change.book.id, change.entry, change.n)
            self.holds[key] = replace(self.holds[key], remaining=change.remaining)
        for posting in unit.postings:
            book = posting.entry.book.id
            self.entries[book, posting.id] = posting
            if posting.reverses:
                self.reversals[book, posting.reverses] = posting.reversal_no
            for n, move in enumerate(posting.entry.moves):
                if move.phase == "pending":
                    self.holds[book, posting.id, n] = Held(move.amount.amount, posting.expires_at)

    def _open_accounts(self, unit):
        """An account is there from the first time that it is named, refused or not."""
        for posting in unit.postings:
            for move in posting.entry.moves:
                self._open(move.debit, move.amount.currency)
                self._open(move.credit, move.amount.currency)
        for closing in unit.closings:
            self._open(closing.account, closing.currency)

    def _open(self, account, currency):
        key = (account.book.id, account.id(currency))
        self.accounts.setdefault(key, Standing(account.credit_normal, account.floor))

    def _unit(self, unit, now):
        before = (dict(self.accounts), dict(self.holds), dict(self.reversals), dict(self.documents))
        try:
            self._documents(unit)
            self._holds(unit, now)
            self._reversals(unit)
            for posting in unit.postings:
                self._posting(posting)
            for closing in unit.closings:
                self._close(closing)
        except No as no:
            self.accounts, self.holds, self.reversals, self.documents = before
            return Refused(no.code, self._detail(no))
        self.entries.update({(p.entry.book.id, p.id): p for p in unit.postings})
        return Accepted()

    def _detail(self, no):
        if isinstance(no.about, str):
            return {"id": no.about}
        standing = self.accounts[no.about]
        book, account = no.about
        return {
            "book": book,
            "account": account,
            "floor": standing.floor,
            "available": standing.available,
        }

    def _documents(self, unit):
        for document in unit.documents:
            key = (document.book.id, document.kind, document.id)
            if self.documents.get(key, 0) != document.expected:
                raise No("stale" if document.expected else "exists", document.id)
        for document in unit.documents:
            key = (document.book.id, document.kind, document.id)
            self.documents[key] = document.expected + 1

    def _holds(self, unit, now):
        for change in unit.holds:
            held = self.holds.get((change.book.id, change.entry, change.n))
            if held is None or held.remaining != change.expected:
                raise No("stale", change.entry)
            lapsed = held.expires_at is not None and held.expires_at <= now
            if lapsed != change.expiring:
                raise No("hold_expired" if lapsed else "hold_alive", change.entry)
        for change in unit.holds:
            key = (change.book.id, change.entry, change.n)
            self.holds[key] = replace(self.holds[key], remaining=change.remaining)

    def _reversals(self, unit):
        for posting in unit.postings:
            if posting.reverses:
                key = (posting.entry.book.id, posting.reverses)
                known = key in self.entries
                if not known or posting.reversal_no != self.reversals.get(key, 0) + 1:
                    raise No("stale", posting.reverses)
        for posting in unit.postings:
            if posting.reverses:
                self.reversals[posting.entry.book.id, posting.reverses] = posting.reversal_no

    def _posting(self, posting):
        for n, move in enumerate(posting.entry.moves):
            self._move(move)
            if move.phase == "pending":
                key = (posting.entry.book.id, posting.id, n)
                self.holds[key] = Held(move.amount.amount, posting.expires_at)

    def _move(self, move):
        currency, amount = move.amount.currency, move.amount.amount
        debit = (move.debit.book.id, move.debit.id(currency))
        credit = (move.credit.book.id, move.credit.id(currency))
        for key in (debit, credit):
            if self.accounts[key].closed:
                raise No("closed", key)
        after = {
            debit: self.accounts[debit].moved("debit", move.phase, amount),
            credit: self.accounts[credit].moved("credit", move.phase, amount),
        }
        for standing in after.values():
            if min(standing.pending_debits, standing.pending_credits) < 0:
                raise No("nothing_pending", debit)
        for key, standing in after.items():
            _check_range(key, standing)
        for key, standing in after.items():
            if standing.available < -TOP:
                raise No("overflow", key)
        for key, standing in after.items():
            lowered = standing.available < self.accounts[key].available
            below = standing.floor is not None and standing.available < standing.floor
            if lowered and below and move.force is None:
                raise No("floor", key)
        self.accounts.update(after)

    def _close(self, closing):
        key = (closing.account.book.id, closing.account.id(closing.currency))
        standing = self.accounts[key]
        if standing.closed:
            raise No("closed", key)
        if not standing.empty:
            raise No("not_empty", key)
        self.accounts[key] = replace(standing, closed=True)


def _check_range(key, standing):
    sums = (
        standing.posted_debits,
        standing.posted_credits,
        standing.pending_debits,
        standing.pending_credits,
    )
    if max(sums) > TOP:
        raise No("overflow", key)
