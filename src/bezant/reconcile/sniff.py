"""What kind of bank file some bytes are, by their beginning; the readers judge the rest."""

from typing import Literal

from bezant.reconcile.mt940_fields import looks_like_mt940

Kind = Literal["nacha", "bai2", "camt.053", "mt940"]

_BEGINNING = 4096
_BOM = b"\xef\xbb\xbf"


def kind_of(data: bytes) -> Kind | None:
    """Return the kind of a bank file; nothing for what no reader of ours could read."""
    head = data[:_BEGINNING].removeprefix(_BOM).lstrip()
    if head.startswith(b"<") and (b"BkToCstmrStmt" in head or b"camt.053" in head):
        return "camt.053"
    if head.startswith(b"01,"):
        return "bai2"
    if looks_like_mt940(head):
        return "mt940"
    return "nacha" if head.startswith(b"101") else None
