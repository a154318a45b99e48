"""The bank's client in these tests: it writes plain ACH files of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROUTING = "121042882"
ACCOUNT = "9876543210"
OK = "000123456789"


@dataclass
class Pay:
    """One payment; cents, and a Nacha transaction code."""

    cents: int
    account: str = OK
    code: str = "22"
    routing: str = "110000000"
    name: str = "JENNY ROSEN"
    identity: str = "po_1"


def ach(
    payments: Sequence[Pay],
    *,
    effective: str = "260302",
    reference: str = "BZREF001",
    modifier: str = "A",
    company: str = "BEZANT",
    service: str = "220",
    created: str = "2603011200",
) -> bytes:
    """Return a correct file of one batch."""
    debit = sum(pay.cents for pay in payments if pay.code[1] in "78")
    credit = sum(pay.cents for pay in payments if pay.code[1] in "23")
    hash = sum(int(pay.routing[:8]) for pay in payments) % 10**10
    sums = f"{hash:010d}{debit:012d}{credit:012d}"
    records = [
        (
            f"101 {ROUTING}1234567890{created}{modifier}094101{'SANDBOX BANK':<23}{'BEZANT':<23}"
            f"{reference:<8}"
        ),
        (
            f"5{service}{company:<16}{'':20}{'1234567890':<10}PPD{'PAYOUT':<10}{'':6}{effective}{'':3}1"
            f"{ROUTING[:8]}0000001"
        ),
        *(
            f"6{pay.code}{pay.routing}{pay.account:<17}{pay.cents:010d}{pay.identity:<15}"
            f"{pay.name:<22}  0{trace(at)}"
            for at, pay in enumerate(payments, 1)
        ),
        f"8{service}{len(payments):06d}{sums}{'1234567890':<10}{'':25}{ROUTING[:8]}0000001",
    ]
    blocks = -(-(len(records) + 1) // 10)
    records.append(f"9000001{blocks:06d}{len(payments):08d}{sums}{'':39}")
    records += ["9" * 94] * (-len(records) % 10)
    return ("\n".join(records) + "\n").encode()


def trace(sequence: int) -> str:
    """Return the trace number of a file's n-th payment."""
    return f"{ROUTING[:8]}{sequence:07d}"


def drop(folder: Path, name: str, content: bytes) -> None:
    """Put a file into a folder the way a client does: whole, by a rename."""
    draft = folder / f".{name}"
    draft.write_bytes(content)
    draft.replace(folder / name)
