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
from bezant.rail import (
    IbanAccount,
    Instruction,
    Originator,
    Party,
    Rail,
    UsAccount,
)
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


def _orders(rail: Rail, originator: Originator, count: int) -> Iterator[Instruction]:
    us = rail.capabilities.name == "ach"
    for number in range(1, count + 1):
        yield Instruction(
            movement=f"mv_{number}",
            trace=rail.trace(originator, number),
            amount=Money(1_000 + number % 1_000, "usd" if us else "eur"),
            direction="credit",
            counterparty=Party(f"RECEIVER {number}", _US if us else _EURO),
            effective_date=NOW.date(),
            description="PAYOUT",
            end_to_end_id="" if us else f"E2E{number}",
        )


def _pack(name: str, count: int, path: Path) -> Callable[[], None]:
    """Return the packing of so many payments; the orders stand ready before it is measured."""
    rail = RAILS[name]
    account = _US if name == "ach" else _EURO
    bank = "091000019" if name == "ach" else "COBADEFFXXX"
    originator = Originator("EXAMPLE OPERATOR", "1234567890", bank, account, "EXAMPLE BANK")
    orders = list(_orders(rail, originator, count))

    def pack() -> None:
        data = rail.pack(
            orders, originator, created_at=NOW, file_modifier="A", reference="BZ000001"
        )
        path.write_bytes(data)

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
    "pack ach": lambda count, path: _pack("ach", count, path),
    "pack pain.001": lambda count, path: _pack("sepa_credit", count, path),
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
