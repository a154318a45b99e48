"""One piece of work on a bank file in a process of its own: how long it took, how much it held.

`python -m bench.file_work WORK COUNT PATH` prints seconds and the peak of its memory as JSON.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bezant.kernel.money import Money
from bezant.rail import IbanAccount, Instruction, Originator, Party, Rail, UsAccount
from bezant.rails.ach.rail import ACH
from bezant.rails.sepa import SEPA_CREDIT
from bezant.reading.files import read_file
from bezant.reading.summary import Item
from bezant.server.rails import RAILS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAYMENT = (
    '<Ntry><Amt Ccy="EUR">12.34</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2026-03-04</Dt></BookgDt><ValDt><Dt>2026-03-04</Dt></ValDt>"
    "<AcctSvcrRef>B{0}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd>"
    "<SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs>"
    '<EndToEndId>E{0}</EndToEndId></Refs><Amt Ccy="EUR">12.34</Amt><RltdPties><Dbtr><Pty>'
    "<Nm>CUSTOMER {0}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>INVOICE {0}</Ustrd></RmtInf>"
    "</TxDtls></NtryDtls></Ntry>\n"
)
BALANCE = (
    "<Bal><Tp><CdOrPrtry><Cd>{0}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{1}</Amt>"
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-04</Dt></Dt></Bal>\n"
)

_US = UsAccount("091000019", "000100200300")
_EURO = IbanAccount("DE89370400440532013000")


class _Orders:
    """So many payments, made anew each time they are gone through, and never held."""

    def __init__(self, rail: Rail, originator: Originator, count: int) -> None:
        self._rail, self._originator, self._count = rail, originator, count

    def __iter__(self) -> Iterator[Instruction]:
        us = self._rail is ACH
        for number in range(1, self._count + 1):
            yield Instruction(
                movement=f"mv_{number}",
                trace=self._rail.trace(self._originator, number),
                amount=Money(1_000 + number % 1_000, "usd" if us else "eur"),
                direction="credit",
                counterparty=Party(f"RECEIVER {number}", _US if us else _EURO),
                effective_date=NOW.date(),
                description="PAYOUT",
                end_to_end_id="" if us else f"E2E{number}",
            )


def _pack(name: str, count: int, path: Path, *, held: bool) -> Callable[[], None]:
    """Return the packing of so many payments, as a stream, straight to disk.

    When the orders are `held` they stand ready before it is measured, so that only packing is;
    otherwise they are made while they are packed, so that the memory is that of packing alone.
    """
    us = name == "ach"
    account, bank = (_US, "091000019") if us else (_EURO, "COBADEFFXXX")
    originator = Originator("EXAMPLE OPERATOR", "1234567890", bank, account, "EXAMPLE BANK")
    made = _Orders(ACH if us else SEPA_CREDIT, originator, count)
    orders = list(made) if held else made

    def pieces() -> Iterator[bytes]:
        if us:
            return ACH.pack_stream(
                orders, originator, created_at=NOW, file_modifier="A", reference="BZ000001"
            )
        return SEPA_CREDIT.pack_stream(orders, originator, created_at=NOW, reference="BZ000001")

    def pack() -> None:
        with path.open("wb") as file:
            file.writelines(pieces())

    return pack


def _read(count: int, path: Path) -> Callable[[], None]:
    """Return the reading of a file as its summary, entry by entry."""
    seen = 0

    def keep(_: Item) -> None:
        nonlocal seen
        seen += 1

    def read() -> None:
        with path.open("rb") as source:
            summary = read_file(source, RAILS, keep)
        assert summary.accepted, summary.refusals[:3]
        assert seen == summary.entries == count, f"{seen} entries, not {count}"

    return read


def _write_camt(count: int, path: Path) -> Callable[[], None]:
    def write() -> None:
        cents = 1234 * count
        with path.open("w") as file:
            file.write(
                '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
                "<BkToCstmrStmt><Stmt><Id>S1</Id><CreDtTm>2026-03-05T01:00:00Z</CreDtTm>"
                f"<Acct><Id><IBAN>{_EURO.iban}</IBAN></Id></Acct>\n"
            )
            file.write(BALANCE.format("OPBD", "0.00"))
            file.write(BALANCE.format("CLBD", f"{cents // 100}.{cents % 100:02d}"))
            file.writelines(PAYMENT.format(number) for number in range(count))
            file.write("</Stmt></BkToCstmrStmt></Document>")

    return write


WORKS: Mapping[str, Callable[[int, Path], Callable[[], None]]] = {
    "pack ach": lambda count, path: _pack("ach", count, path, held=True),
    "pack pain.001": lambda count, path: _pack("pain.001", count, path, held=True),
    "make and pack ach": lambda count, path: _pack("ach", count, path, held=False),
    "make and pack pain.001": lambda count, path: _pack("pain.001", count, path, held=False),
    "write camt.053": _write_camt,
    "read": _read,
}


def main() -> None:
    """Do one work and say what it took."""
    name, count, path = sys.argv[1:]
    work = WORKS[name](int(count), Path(path))
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    # Not rusage: what whoever started this process held would count as its own.
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    peak = int(found[1]) * 1024 if found else 0
    print(msgspec.json.encode({"seconds": seconds, "peak": peak}).decode())


if __name__ == "__main__":
    main()
