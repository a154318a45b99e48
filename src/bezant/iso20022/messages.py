"""Messages as a whole: recognized by their bytes, read with all checks, written in envelopes."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from bezant.iso20022 import head, investigations, pacs, pain
from bezant.iso20022.control import Control
from bezant.iso20022.parse import Document, Hook, Parser, Source, first_of
from bezant.iso20022.shape import Shape, shape_of
from bezant.iso20022.write import Writer
from bezant.kernel.codec import joined
from bezant.kernel.errors import FileRefused, Problem

Take = Callable[[Any, dict[str, Any]], bool | None]
"""Takes a struct, with what is known of its parent; it may say that it is to be kept as well."""

Each = Mapping[type[Struct], Take]
"""What takes the structs of a class while they are read."""

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"

_NAME = re.compile(r"(?:pain|pacs|camt|head|admi)\.\d{3}\.\d{3}\.\d{2}")
_HEADER = "AppHdr"


class Kind(Struct, frozen=True):
    """A message that we speak: its element, its struct, and what its counts are about.

    `payment` is what is counted and summed, `batch` what has sums of its own besides the group
    header, and up to version `old` the names of before 2013 hold.
    """

    name: str
    root: str
    cls: type[Struct]
    payment: type[Struct] | None = None
    batch: type[Struct] | None = None
    old: int = 0


KINDS = (
    Kind("pacs.008", "FIToFICstmrCdtTrf", pacs.CustomerTransfers, pacs.Transfer, old=2),
    Kind("pacs.009", "FICdtTrf", pacs.BankTransfers, pacs.BankTransfer, old=2),
    Kind("pacs.003", "FIToFICstmrDrctDbt", pacs.CustomerDebits, pacs.Debit, old=2),
    Kind("pacs.002", "FIToFIPmtStsRpt", pacs.StatusReport, old=3),
    Kind("pacs.004", "PmtRtr", pacs.Returns, pacs.Return, old=2),
    Kind("pacs.007", "FIToFIPmtRvsl", pacs.Reversals, pacs.Reversal, old=2),
    Kind("pacs.028", "FIToFIPmtStsReq", pacs.Enquiries),
    Kind("pain.001", "CstmrCdtTrfInitn", pain.CreditOrders, pain.CreditOrder, pain.CreditBatch, 3),
    Kind("pain.008", "CstmrDrctDbtInitn", pain.DebitOrders, pain.DebitOrder, pain.DebitBatch, 2),
    Kind("pain.002", "CstmrPmtStsRpt", pain.OrderStatusReport, old=3),
    Kind("pain.007", "CstmrPmtRvsl", pain.ReversalOrders, pain.ReversalOrder, old=2),
    Kind("pain.013", "CdtrPmtActvtnReq", pain.Requests, pain.Request, old=1),
    Kind("pain.014", "CdtrPmtActvtnReqStsRpt", pain.OrderStatusReport, old=1),
    Kind("camt.055", "CstmrPmtCxlReq", investigations.Recalls, old=1),
    Kind("camt.056", "FIToFIPmtCxlReq", investigations.Recalls, old=1),
    Kind("camt.029", "RsltnOfInvstgtn", investigations.Resolutions, old=3),
    Kind("admi.002", "admi.002.001.01", head.MessageReject),
    Kind("admi.004", "SysEvtNtfctn", head.SystemEvent),
    Kind("admi.007", "RctAck", head.Receipts),
)
"""Every message that is read and written here."""

STATEMENTS = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
"""Messages that are recognized here and read where statements are."""

_BY_ROOT: Mapping[str, Kind] = {kind.root: kind for kind in KINDS}
_BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
_ROOTS = frozenset({*_BY_ROOT, *STATEMENTS})


class Message(Struct, frozen=True):
    """A message that was read: its name (`pacs.008.001.08`), its header if any, and its body."""

    name: str
    header: head.Header | None
    body: Any

    @property
    def family(self) -> str:
        """The name without variant and version: `pacs.008`."""
        return self.name[:8]


class Envelope(Struct, frozen=True):
    """What stands around a message: elements of one namespace, and the one around the body.

    `body` is the element that holds the message, in its namespace if it is `Document` and in the
    envelope's otherwise. With `prefixed`, the elements of header and message have a prefix each.
    """

    around: tuple[str, ...] = ()
    namespace: str = ""
    body: str = "Document"
    header_version: str = "head.001.001.02"
    prefixed: bool = False


PLAIN = Envelope()


def recognize(data: bytes) -> str | None:
    """Return what message some bytes hold, as `pacs.008.001.08`; nothing for any other file.

    Without a version in the namespace it is the family alone, `pacs.008`.
    """
    if b"<" not in data[:1000]:
        return None
    found = first_of(data, _ROOTS)
    return None if found is None else _name(*found)


def _name(root: str, namespace: str) -> str:
    match = _NAME.search(namespace) or _NAME.fullmatch(root)
    kind = _BY_ROOT.get(root)
    family = kind.name if kind else STATEMENTS[root]
    return match[0] if match and match[0].startswith(family) else family


def read(source: bytes | Source, each: Each | None = None) -> Message:
    """Return a message whose counts and sums agree; raises FileRefused with every problem.

    Structs of a class in `each` are given to its function as soon as they are read, with what is
    known of their parent, and are not kept: so memory does not grow with what is only counted.
    """
    passing = Passing(source, each)
    for _ in passing:
        pass
    return passing.message()


class Passing:
    """A message while it is read, a piece at a time; what takes its structs has those of each."""

    def __init__(self, source: bytes | Source, each: Each | None = None) -> None:
        """Read from a source, once."""
        self._source = source
        self._control = Control()
        self._parser = Parser(_wanted(), _hooks(self._control, each or {}))

    def __iter__(self) -> Iterator[None]:
        """Give way after each piece; raises FileRefused with every problem at the end."""
        return self._parser.pieces(self._source)

    def message(self) -> Message:
        """Return the message, when all of it was read; raises FileRefused if it does not add up."""
        return _judged(self._parser.found, self._control)


def _judged(documents: Sequence[Document], control: Control) -> Message:
    header = next((it.value for it in documents if it.tag == _HEADER), None)
    bodies = [it for it in documents if it.tag != _HEADER]
    if not bodies:
        raise FileRefused([Problem(None, None, "there is no message that is known here")])
    if len(bodies) > 1:
        raise FileRefused([Problem(bodies[1].line, None, "a second message in the same file")])
    body = bodies[0]
    kind = _BY_ROOT[body.tag]
    if kind.payment is not None:
        problems = control.finish(body.value.header, f"/{kind.root}/GrpHdr")
        if problems:
            raise FileRefused(problems)
    return Message(_name(body.tag, body.namespace), header, body.value)


def check(source: bytes | Source) -> None:
    """Raise FileRefused for what the structure of a known message does not allow.

    Nothing of it is kept, and its counts and sums are not compared.
    """
    if not Parser(_wanted(), dict.fromkeys(_repeating(), _dropped)).read(source):
        raise FileRefused([Problem(None, None, "there is no message that is known here")])


def _dropped(*_: object) -> bool:
    return False


@cache
def _repeating() -> frozenset[type[Struct]]:
    """Return what stands in messages as often as there are batches and payments."""
    shapes = [shape_of(kind.cls) for kind in KINDS]
    found: set[type[Struct]] = set()
    for _ in range(2):
        specs = [spec for shape in shapes for spec in shape.root.children.values()]
        shapes = [spec.shape for spec in specs if spec.many and spec.shape is not None]
        found |= {shape.cls for shape in shapes}
    return frozenset(found)


@cache
def _wanted() -> dict[str, Shape]:
    return {_HEADER: shape_of(head.Header)} | {kind.root: shape_of(kind.cls) for kind in KINDS}


def _hooks(control: Control, each: Each) -> dict[type[Struct], Hook]:
    hooks: dict[type[Struct], Hook] = {}
    for kind in KINDS:
        if kind.payment is not None:
            hooks[kind.payment] = _counted(control, each.get(kind.payment))
        if kind.batch is not None:
            hooks[kind.batch] = _compared(control, f"/{kind.root}/PmtInf")
    for cls, take in each.items():
        hooks.setdefault(cls, _taken(take))
    return hooks


def _counted(control: Control, take: Take | None) -> Hook:
    def count(payment: Any, parent: dict[str, Any]) -> bool:
        control.payment(payment)
        return take is None or bool(take(payment, parent))

    return count


def _compared(control: Control, path: str) -> Hook:
    def compare(batch: Any, _: dict[str, Any]) -> bool:
        control.batch(batch, path)
        return True

    return compare


def _taken(take: Take) -> Hook:
    return lambda value, parent: bool(take(value, parent))


def write(
    body: Struct, name: str, header: head.Header | None = None, envelope: Envelope = PLAIN
) -> bytes:
    """Return a message of a version (`pain.001.001.09`) as UTF-8 bytes, the same for the same.

    Raises FileRefused for whatever the structure does not allow.
    """
    return joined(write_stream(body, name, header, envelope))


def write_stream(
    body: Struct, name: str, header: head.Header | None = None, envelope: Envelope = PLAIN
) -> Iterator[bytes]:
    """Yield a message in pieces: batches and payments are taken from their iterables one by one.

    What the structure does not allow raises FileRefused before the piece that would hold it.
    """
    kind = _BY_NAME[name[:8]]
    assert isinstance(body, kind.cls), f"{name} is a {kind.cls.__name__}"
    prefix = "m:" if envelope.prefixed else ""
    writer = Writer(old=int(name[-2:]) <= kind.old, prefix=prefix)
    writer.add('<?xml version="1.0" encoding="UTF-8"?>\n')
    writer.add(_opened(envelope, name))
    if header is not None:
        writer.add(_header(header, envelope))
    here = "" if envelope.prefixed else f' xmlns="{NAMESPACE}{name}"'
    in_document = envelope.body == "Document"
    writer.add(f"<{envelope.body}{here if in_document else ''}>\n")
    yield from writer.pieces(kind.root, shape_of(kind.cls), body, "" if in_document else here)
    writer.add(f"</{envelope.body}>\n")
    writer.add("".join(f"</{tag}>\n" for tag in reversed(envelope.around)))
    yield writer.content()


def _opened(envelope: Envelope, name: str) -> str:
    """Return the elements around a message, with the namespaces that they declare."""
    spaces = f' xmlns="{envelope.namespace}"' if envelope.namespace else ""
    if envelope.prefixed:
        spaces += f' xmlns:head="{NAMESPACE}{envelope.header_version}"'
        spaces += f' xmlns:m="{NAMESPACE}{name}"'
    tags = [f"<{tag}>\n" for tag in envelope.around]
    if tags:
        tags[0] = f"<{envelope.around[0]}{spaces}>\n"
    return "".join(tags)


def _header(header: head.Header, envelope: Envelope) -> str:
    """Return a header; with prefixes, its own element belongs to the envelope."""
    prefix = "head:" if envelope.prefixed else ""
    here = "" if envelope.prefixed else f' xmlns="{NAMESPACE}{envelope.header_version}"'
    writer = Writer(prefix=prefix)
    writer.struct(_HEADER, shape_of(head.Header), header, here)
    return writer.content().decode().replace(f"{prefix}{_HEADER}", _HEADER)
