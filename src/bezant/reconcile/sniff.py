"""What kind of bank file some bytes are, by their beginning; the readers judge the rest."""

from typing import Literal

from bezant.reconcile.decoding import BOM
from bezant.reconcile.mt940_fields import looks_like_mt940

Kind = Literal["nacha", "bai2", "camt.052", "camt.053", "camt.054", "mt940", "mt942"]

_BEGINNING = 4096
_CAMT: tuple[tuple[Kind, tuple[bytes, ...]], ...] = (
    ("camt.053", (b"BkToCstmrStmt", b"camt.053")),
    ("camt.052", (b"BkToCstmrAcctRpt", b"camt.052")),
    ("camt.054", (b"BkToCstmrDbtCdtNtfctn", b"camt.054")),
)


def kind_of(data: bytes) -> Kind | None:
    """Return the kind of a bank file; nothing for what no reader of ours could read."""
    head = data[:_BEGINNING].removeprefix(BOM).lstrip()
    if head.startswith(b"<"):
        return next((kind for kind, words in _CAMT if any(word in head for word in words)), None)
    if head.startswith(b"01,"):
        return "bai2"
    if looks_like_mt940(head):
        return "mt940" if b":60" in head or b":62" in head else "mt942"
    return "nacha" if head.startswith(b"101") else None
