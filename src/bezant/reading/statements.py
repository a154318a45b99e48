"""Statements as summaries: camt, MT940 and MT942, BAI2, and whether they explain themselves."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from msgspec import Struct, field

from bezant.kernel.errors import FileRefused
from bezant.reading.summary import Break, Item, Keep, StatedBalance, Tally
from bezant.reconcile.bai2 import read_bai2_file
from bezant.reconcile.camt import stream_camt
from bezant.reconcile.camt_entry import CamtEntry
from bezant.reconcile.mt940 import read_mt940
from bezant.reconcile.statement import Line, Statement
from bezant.reconcile.tie_out import TieOut


class _Proofs(Struct):
    """What was read so far of the statements of a file."""

    tally: Tally
    sums: dict[str, TieOut] = field(default_factory=dict[str, TieOut])
    before: dict[tuple[str, str], Statement] = field(
        default_factory=dict[tuple[str, str], Statement]
    )
    proven: list[bool] = field(default_factory=list[bool])
    balances: int = 0
    last: str = ""

    def line(self, line: Line, *, booked: bool) -> None:
        """Take a line; what is pending is shown, and does not count."""
        self.sums.setdefault(line.amount.currency, TieOut()).add(line, booked=booked)
        item = _item(line, self.tally.batches + 1, booked=booked)
        if booked:
            self.tally.add(item)
        else:
            self.tally.keep(item)

    def end(self, statement: Statement) -> None:
        """Take a statement whose lines have gone by."""
        tally = self.tally
        if statement.id != self.last:
            tally.batches += 1
            self.last = statement.id
            tally.balances.extend(
                StatedBalance(
                    statement.account,
                    statement.id,
                    each.code,
                    each.amount.amount,
                    each.amount.currency,
                    each.on,
                )
                for each in statement.balances
            )
        tally.format = statement.message or tally.format
        for warning in statement.warnings:
            tally.warned(warning)
        tally.debits.setdefault(statement.currency, 0)
        tally.credits.setdefault(statement.currency, 0)
        self._prove(statement, self.sums.pop(statement.currency, TieOut()))
        self._follow(statement)

    def finish(self) -> None:
        """Say whether everything ties, or whether there was anything to tie."""
        broken = bool(self.tally.breaks)
        self.tally.ties_out = not broken if self.proven or broken else None

    def _prove(self, statement: Statement, sums: TieOut) -> None:
        proof = sums.prove(statement)
        if proof is None:
            self._half(statement)
            return
        self.proven.append(proof.ties)
        if not proof.ties:
            reason = "opening balance and lines do not make the closing balance"
            self._break(statement, proof.difference.amount, reason)
        elif proof.explanation:
            self.tally.warn(None, statement.id, proof.explanation)

    def _half(self, statement: Statement) -> None:
        """Note a statement with one balance alone, which proves nothing; reports have none."""
        if statement.opening is None and statement.closing is None:
            return
        missing = "opening" if statement.opening is None else "closing"
        reason = f"there is no {missing} balance in {statement.currency}"
        elsewhere = {each.amount.currency for each in statement.balances} - {statement.currency}
        if elsewhere:
            self._break(
                statement, None, f"{reason}, but balances in {', '.join(sorted(elsewhere))}"
            )
        else:
            self.tally.warn(None, statement.id, reason)

    def _follow(self, statement: Statement) -> None:
        key = (statement.account, statement.currency)
        before = self.before.get(key)
        self.before[key] = statement
        if before is None or before.closing is None or statement.opening is None:
            return
        if statement.from_date >= before.from_date and before.closing != statement.opening:
            difference = (statement.opening - before.closing).amount
            self._break(statement, difference, f"does not open where {before.id} closes")

    def _break(self, statement: Statement, difference: int | None, reason: str) -> None:
        self.tally.breaks.append(
            Break(statement.account, statement.id, statement.currency, difference, reason)
        )


def camt(source: BinaryIO, kind: str, keep: Keep) -> Tally:
    """Summarise a camt message, in memory that does not grow with it."""
    tally = Tally(kind, keep)
    proofs = _Proofs(tally)
    try:
        for part in stream_camt(source, kind):
            if isinstance(part, CamtEntry):
                tally.entries += part.booked
                for line in part.lines if part.booked or part.pending else ():
                    proofs.line(line, booked=part.booked)
            else:
                proofs.end(part)
    except FileRefused as refusal:
        tally.refused(refusal)
    proofs.finish()
    return tally


def mt940(source: BinaryIO, kind: str, keep: Keep) -> Tally:
    """Summarise MT940 statements or MT942 reports."""
    return _whole(Tally(kind, keep), lambda: read_mt940(source.read()))


def bai2(source: BinaryIO, kind: str, keep: Keep) -> Tally:
    """Summarise a BAI2 file; its groups are the batches, and its trailers what it must tie to."""
    tally = Tally(kind, keep)
    try:
        file = read_bai2_file(source.read())
    except FileRefused as refusal:
        tally.refused(refusal)
        return tally
    _whole(tally, lambda: file.statements)
    tally.batches, tally.ties_out = file.groups, tally.ties_out is not False
    tally.details = {"accounts": str(len(file.statements)), "records": str(file.records)}
    for name, totals in file.controls.items():
        tally.details[f"{name}_controls"] = " ".join(map(str, totals))
    return tally


def _whole(tally: Tally, read: Callable[[], Iterable[Statement]]) -> Tally:
    proofs = _Proofs(tally)
    try:
        statements = read()
    except FileRefused as refusal:
        tally.refused(refusal)
        return tally
    for statement in statements:
        for line, booked in _lines(statement):
            tally.entries += booked
            proofs.line(line, booked=booked)
        proofs.end(statement)
    proofs.finish()
    return tally


def _lines(statement: Statement) -> Iterator[tuple[Line, bool]]:
    yield from ((line, True) for line in statement.lines)
    yield from ((line, False) for line in statement.pending)


def _item(line: Line, batch: int, *, booked: bool) -> Item:
    references = {
        "bank": line.bank_reference,
        "customer": line.customer_reference,
        "end_to_end_id": line.end_to_end_id,
        "uetr": line.uetr,
    }
    return Item(
        batch=batch,
        references={name: text for name, text in references.items() if text},
        codes=_words(line.code, line.reason),
        status="" if booked else "pending",
        amount=line.amount.amount,
        currency=line.amount.currency,
        direction="credit" if line.credit else "debit",
        on=line.booking_date,
        name=line.counterparty,
        text=line.description,
        line=line.line_no,
    )


def _words(*words: str) -> tuple[str, ...]:
    return tuple(word for word in words if word)
