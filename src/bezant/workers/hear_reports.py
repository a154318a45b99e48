"""Hear reports: what a bank says within the day, and of single entries, before its statements.

A notification (camt.054) settles or returns the movements that its entries name. A report within
the day (camt.052, MT942) is kept and shown. Neither is booked at the bank: statements do that.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Literal, NamedTuple

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import FileRefused, Problem
from bezant.ledger.book import HOUSE
from bezant.movement.answer import apply
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import whole
from bezant.movement.engine import Engine
from bezant.movement.heard import Heard
from bezant.movement.movement import MovementFact
from bezant.movement.profile import BankProfile
from bezant.movement.rows import by_id
from bezant.reconcile.book import Explanation
from bezant.reconcile.camt import read_camt
from bezant.reconcile.mt940 import read_mt940
from bezant.reconcile.statement import Line, Statement
from bezant.workers import explain_files
from bezant.workers.book_statements import StatementBooker
from bezant.workers.why import Why, why

Format = Literal["camt.052", "camt.054", "mt942"]

_TOLD = {"movement": "settled", "returned_entry": "returned"}
"""What an entry proves by the rule that explains it; what is expected waits for its statement."""


class Heeded(NamedTuple):
    """What came of a report: its lines, what they add up to, and its oddities."""

    entries: int
    credits: int
    debits: int
    warnings: tuple[str, ...]


class _Told(NamedTuple):
    line: Line
    explanation: Explanation
    fact: MovementFact


class ReportHearer:
    """Hears the reports and notifications about one account."""

    def __init__(self, runtime: Runtime, bank: BankProfile, booker: StatementBooker) -> None:
        """Take the ports, the bank, and who knows what lines are about."""
        self._runtime = runtime
        self._bank = bank
        self._booker = booker

    async def take(self, file: BankFile, kind: Format, source: BinaryIO) -> Heeded:
        """Keep what a report says, and do what a notification proves.

        Raises FileRefused before anything is done when it is not about our account.
        """
        reports = self._read(kind, source)
        self._booker.refuse_strangers(reports)
        warnings: list[str] = []
        for report in reports:
            warnings += report.warnings
            if kind == "camt.054":
                warnings += await self._notified(file, report)
        lines = [line for report in reports for line in report.lines]
        sides = [
            sum(line.amount.amount for line in lines if line.credit is credit)
            for credit in (True, False)
        ]
        return Heeded(len(lines), sides[0], sides[1], tuple(warnings))

    def _read(self, kind: Format, source: BinaryIO) -> tuple[Statement, ...]:
        if kind != "mt942":
            source.seek(0)
            return read_camt(source, kind)
        reports = read_mt940(whole(source), self._bank.mt940)
        if any(report.message != "mt942" for report in reports):
            reason = "an MT940 statement among reports: the bank must send them apart"
            raise FileRefused([Problem(None, None, reason)])
        return reports

    async def _notified(self, file: BankFile, report: Statement) -> list[str]:
        """Tell movements what the entries prove; returns what they don't."""
        ctx = Context(self._runtime, Caller(HOUSE, HOUSE, self._bank.livemode))
        explained = await self._booker.explanations(ctx, report)
        told: list[_Told] = []
        warnings: list[str] = []
        used: set[str] = set()
        for line in report.lines:
            known = self._booker.explaining(explained, line)
            found = _fitting(line, [one for one in known if not one.takes & used])
            used |= found.takes if found else set()
            if found is None:
                warnings.append(f"line {line.line_no}: {_UNPROVEN}")
            elif found.rule in _TOLD or explain_files.is_of_file(found.rule):
                told.append(_Told(line, found, self._fact(file, line, found)))
        await self._tell(file, told)
        return warnings

    def _fact(self, file: BankFile, line: Line, found: Explanation) -> MovementFact:
        back = found.rule == "returned_entry"
        rail = self._runtime.port(Engine).banks.rails.get(found.rail)
        said = why(rail, line.reason, line.description) if back else Why(line.reason or None)
        return MovementFact(
            _TOLD.get(found.rule, "settled"),
            unix_seconds(self._runtime.clock.now()),
            on=line.booking_date.isoformat(),
            code=said.code,
            reason=said.meaning,
            failure_code=said.failure_code,
            file=file.id,
            line=line.line_no,
        )

    async def _tell(self, file: BankFile, told: Sequence[_Told]) -> None:
        live = self._bank.livemode
        for one in told:
            if explain_files.is_of_file(one.explanation.rule):
                await explain_files.tell(
                    self._runtime, one.explanation, one.fact, file.id, livemode=live
                )
        single = [one for one in told if one.explanation.rule in _TOLD]
        async with self._runtime.pool.connection() as conn:
            found = await by_id(conn, [one.explanation.object for one in single])
        places = {place.id: place for place in found}
        heard = [
            Heard(places[one.explanation.object], one.fact, file.id, amount=one.line.amount)
            for one in single
        ]
        await apply(self._runtime, heard, livemode=live)


_UNPROVEN = "nothing of ours fits it; its statement line will tell"


def _fitting(line: Line, known: Sequence[Explanation]) -> Explanation | None:
    """Return what explains a line: the same amount, the same way; a return says why it is one."""
    return next(_fits(line, known), None)


def _fits(line: Line, known: Sequence[Explanation]) -> Iterator[Explanation]:
    for one in known:
        returns = one.rule == "returned_entry"
        if (one.amount, one.credit) != (line.amount.amount, line.credit):
            continue
        if not returns or line.reason or line.reversal:
            yield one
