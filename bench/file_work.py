"""One piece of work on a bank file in a process of its own: how long it took, how much it held.

`python -m bench.file_work WORK COUNT PATH` prints seconds and the peak of its memory as JSON.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from bezant.kernel.money import Money
from bezant.rail import (
    Account,
    Direction,
    GbAccount,
    IbanAccount,
    Instruction,
    Mandate,
    Originator,
    Party,
    UsAccount,
)
from bezant.rails.ach.rail import ACH, Ach
from bezant.rails.bacs.rail import BACS, Bacs
from bezant.rails.sepa.rail import SEPA_CREDIT, SEPA_DEBIT_CORE, SepaCredit, SepaDebit
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

STATUS = (
    "<TxInfAndSts><OrgnlInstrId>I{0}</OrgnlInstrId><OrgnlEndToEndId>E{0}</OrgnlEndToEndId>"
    "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>\n"
)

_BIC = "COBADEFFXXX"
_GB = GbAccount("108800", "00012345")
_US = UsAccount("091000019", "000100200300")
_EURO = IbanAccount("DE89370400440532013000")


class _Way(NamedTuple):
    """A rail that packs streams, who sends over it, to which account, and in what."""

    rail: Ach | SepaCredit | SepaDebit | Bacs
    originator: Originator
    account: Account
    currency: str
    mandate: Mandate | None = None

    @property
    def direction(self) -> Direction:
        return "credit" if self.mandate is None else "debit"


_WAYS = {
    "ach": _Way(
        ACH, Originator("EXAMPLE OPERATOR", "1234567890", "091000019", _US, "EXAMPLE BANK"), _US,
        "usd",
    ),
    "pain.001": _Way(
        SEPA_CREDIT, Originator("EXAMPLE OPERATOR", "1234567890", _BIC, _EURO, "EXAMPLE BANK"),
        _EURO, "eur",
    ),
    "pain.008": _Way(
        SEPA_DEBIT_CORE,
        Originator("EXAMPLE OPERATOR", "DE98ZZZ09999999999", _BIC, _EURO, "EXAMPLE BANK"),
        _EURO, "eur", Mandate("MANDATE-1", date(2026, 1, 5)),
    ),
    "bacs": _Way(
        BACS, Originator("EXAMPLE OPERATOR", "123456", "108800", _GB, "EXAMPLE BANK"), _GB, "gbp"
    ),
}  # fmt: skip


class _Orders:
    """So many payments, made anew each time they are gone through, and never held."""

    def __init__(self, way: _Way, count: int) -> None:
        self._way, self._count = way, count

    def __iter__(self) -> Iterator[Instruction]:
        rail, originator, account, currency, mandate = self._way
        day = rail.timetable(NOW, "standard", self._way.direction).effective_date
        for number in range(1, self._count + 1):
            yield Instruction(
                movement=f"mv_{number}",
                trace=rail.trace(originator, number),
                amount=Money(1_000 + number % 1_000, currency),
                direction=self._way.direction,
                counterparty=Party(f"RECEIVER {number}", account),
                effective_date=day,
                description="PAYOUT",
                end_to_end_id=f"E2E{number}" if currency == "eur" else "",
                mandate=mandate,
            )


def _pack(name: str, count: int, path: Path, *, held: bool) -> Callable[[], None]:
    """Return the packing of so many payments, as a stream, straight to disk.

    When the orders are `held` they stand ready before it is measured, so that only packing is;
    otherwise they are made while they are packed, so that the memory is that of packing alone.
    """
    way = _WAYS[name]
    made = _Orders(way, count)
    orders = list(made) if held else made

    def pack() -> None:
        pieces = way.rail.pack_stream(
            orders, way.originator, created_at=NOW, file_modifier="A", reference="BZ000001"
        )
        with path.open("wb") as file:
            file.writelines(pieces)

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


def _hear(count: int, path: Path) -> Callable[[], None]:
    """Return the reading of a bank's answers as facts, as the platform reads them."""

    def hear() -> None:
        with path.open("rb") as source:
            facts = sum(1 for _ in SEPA_CREDIT.read_stream(source))
        assert facts == count, f"{facts} facts, not {count}"

    return hear


def _write_statuses(count: int, path: Path) -> Callable[[], None]:
    def write() -> None:
        with path.open("w") as file:
            file.write(
                '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">'
                "<CstmrPmtStsRpt><GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-03-05T01:00:00Z</CreDtTm>"
                "</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>BZ000001</OrgnlMsgId>"
                "<OrgnlMsgNmId>pain.001</OrgnlMsgNmId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>"
                "<OrgnlPmtInfId>BZ000001</OrgnlPmtInfId>\n"
            )
            file.writelines(STATUS.format(number) for number in range(count))
            file.write("</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>")

    return write


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
    "pack pain.008": lambda count, path: _pack("pain.008", count, path, held=True),
    "pack bacs": lambda count, path: _pack("bacs", count, path, held=True),
    "make and pack pain.008": lambda count, path: _pack("pain.008", count, path, held=False),
    "make and pack bacs": lambda count, path: _pack("bacs", count, path, held=False),
    "write camt.053": _write_camt,
    "write pain.002": _write_statuses,
    "read": _read,
    "hear": _hear,
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
