"""ISO 20022 payment messages (pain, pacs, camt enquiries) as summaries, a payment at a time.

Headers are held against what the message holds: number of payments, control sum, totals. Then the
strict reader goes over the whole: order and number of elements, what must be, codes, formats.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from msgspec import Struct, field

from bezant.iso20022.messages import KINDS, check
from bezant.kernel.errors import FileRefused
from bezant.rail import Direction
from bezant.reading.summary import Break, Item, Keep, Tally
from bezant.reconcile.camt_entry import amount_of, date_at, decimal_of
from bezant.reconcile.camt_xml import Element, Node, elements, let_go, local, node_of

NAME = re.compile(r"\b(pain|pacs|camt|admi|acmt|head)\.([0-9]{3})(?:\.[0-9]{3}\.[0-9]{2})?")

_PAYMENTS = frozenset({"CdtTrfTxInf", "DrctDbtTxInf", "TxInf", "TxInfAndSts"})
_BATCHES = frozenset({"PmtInf", "OrgnlPmtInfAndSts"})
_HEADERS = frozenset({"GrpHdr", "OrgnlGrpInfAndSts", "OrgnlGrpInf", "Assgnmt"})
_REASONS = frozenset({"StsRsnInf", "CxlRsnInf", "CxlStsRsnInf", "RtrRsnInf", "RvslRsnInf"})
_AMOUNTS = (
    "Amt/InstdAmt",
    "InstdAmt",
    "IntrBkSttlmAmt",
    "RtrdIntrBkSttlmAmt",
    "RvsdIntrBkSttlmAmt",
    "Amt/EqvtAmt/Amt",
    "OrgnlIntrBkSttlmAmt",
    "OrgnlTxRef/IntrBkSttlmAmt",
    "OrgnlTxRef/Amt/InstdAmt",
    "OrgnlInstdAmt",
)
_SETTLED = ("IntrBkSttlmAmt", "RtrdIntrBkSttlmAmt", "RvsdIntrBkSttlmAmt")
_TOTALS = ("TtlIntrBkSttlmAmt", "TtlRtrdIntrBkSttlmAmt", "TtlRvsdIntrBkSttlmAmt")
_REFERENCES = {
    "end_to_end_id": ("PmtId/EndToEndId",),
    "instruction": ("PmtId/InstrId",),
    "payment": ("PmtId/TxId",),
    "uetr": ("PmtId/UETR",),
    "clearing": ("PmtId/ClrSysRef",),
    "original_end_to_end_id": ("OrgnlEndToEndId",),
    "original_instruction": ("OrgnlInstrId",),
    "original_payment": ("OrgnlTxId",),
    "original_uetr": ("OrgnlUETR",),
    "original_clearing": ("OrgnlClrSysRef",),
    "return": ("RtrId", "RvslId"),
    "recall": ("CxlId", "CxlStsId"),
    "status": ("StsId",),
    "mandate": ("DrctDbtTx/MndtRltdInf/MndtId",),
}
_STATUSES = ("TxSts", "TxCxlSts", "PmtInfSts", "GrpSts", "PmtInfCxlSts", "GrpCxlSts")
_NAMES = ("Cdtr/Nm", "Cdtr/Pty/Nm", "Dbtr/Nm", "Dbtr/Pty/Nm")
_DEBITS = frozenset({"pain.008", "pacs.003"})
_STANDARD = "tech:xsd:"
_STRICT = frozenset(kind.name for kind in KINDS)


class _Part(Struct):
    """A message or a batch of it: what its header says, and what it holds."""

    path: str
    line: int
    count: int = 0
    total: Decimal = Decimal(0)
    settled: Decimal = Decimal(0)
    head: Node | None = None


class _Reader(Struct):
    """A message while its payments go by."""

    tally: Tally
    message: Element | None = None
    whole: _Part = field(default_factory=lambda: _Part("", 0))
    batch: _Part | None = None
    counted: int = 0
    held: list[bool] = field(default_factory=list[bool])

    def start(self, element: Element, tag: str) -> None:
        """Note where a message or a batch begins."""
        parent = element.getparent()
        if self.message is None and parent is not None and tag not in _REASONS:
            self.message = parent
            self.whole = _Part(_path(parent), int(parent.sourceline or 0))
            self._named(parent)
        if tag in _BATCHES and parent is self.message:
            self.tally.batches += 1
            self.counted = 0
            number = f"[{self.tally.batches}]" if self.tally.batches > 1 else ""
            path = f"{self.whole.path}/{tag}{number}"
            self.batch = _Part(path, int(element.sourceline or 0))

    def end(self, element: Element, tag: str) -> None:
        """Take what has been seen whole."""
        if tag in _PAYMENTS:
            self._payment(element, tag)
            let_go(element)
        elif tag in _BATCHES and self.batch is not None:
            head = node_of(element, self.batch.path)
            self._said(head)
            self._hold(self.batch, head)
            self.batch = None
            let_go(element)
        elif tag in _HEADERS and element.getparent() is self.message:
            head = node_of(element, f"{self.whole.path}/{tag}")
            self._said(head)
            if tag in ("GrpHdr", "Assgnmt"):
                self.whole.head = head
        elif tag in _REASONS:
            self._reason(element)

    def finish(self) -> None:
        """Hold the message against its header, now that it has ended."""
        tally = self.tally
        if self.message is None:
            tally.refuse(1, None, "no message of payments: there is neither header nor payment")
            return
        if self.whole.head is not None:
            self._hold(self.whole, self.whole.head)
        tally.batches = tally.batches or 1
        tally.ties_out = all(self.held) if self.held else None

    def _named(self, message: Element) -> None:
        """Find the message's name in its namespace, or in that of what it holds."""
        for candidate in (message, *message[:1]):
            found = NAME.search(str(candidate.tag).partition("}")[0])
            if found is not None:
                namespace = str(candidate.tag)[1:].partition("}")[0]
                standard = _STANDARD in namespace
                self.tally.format = found[0] if standard else namespace.rpartition("/")[2]
                self.tally.kind = f"{found[1]}.{found[2]}"
                return

    def _payment(self, element: Element, tag: str) -> None:
        self.counted += 1
        parent = self.batch or self.whole
        number = f"[{self.counted}]" if self.counted > 1 else ""
        node = node_of(element, f"{parent.path}/{tag}{number}")
        self.tally.entries += 1
        try:
            item, amount, settled = self._item(node)
        except FileRefused as refusal:
            self.tally.refused(refusal)
            return
        for part in (self.whole, self.batch):
            if part is not None:
                part.count += 1
                part.total += amount
                part.settled += settled
        self.tally.add(item)

    def _item(self, node: Node) -> tuple[Item, Decimal, Decimal]:
        found = next((each for path in _AMOUNTS if (each := node.find(path)) is not None), None)
        money = None if found is None else amount_of(found)
        settled = next((each for path in _SETTLED if (each := node.find(path)) is not None), None)
        direction: Direction = "debit" if self.tally.kind in _DEBITS else "credit"
        references = {name: node.text_at(*paths) for name, paths in _REFERENCES.items()}
        item = Item(
            batch=max(self.tally.batches, 1),
            references={name: text for name, text in references.items() if text},
            codes=tuple(dict.fromkeys(_reasons(node))),
            status=node.text_at(*_STATUSES),
            amount=None if money is None else money.amount,
            currency="" if money is None else money.currency,
            direction=None if money is None else direction,
            on=date_at(node, "IntrBkSttlmDt", "OrgnlTxRef/IntrBkSttlmDt"),
            name=node.text_at(*(_NAMES[::-1] if direction == "debit" else _NAMES)),
            text=node.text_at("RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref", "StsRsnInf/AddtlInf"),
            line=node.line,
        )
        amount = Decimal(0) if found is None else decimal_of(found, found.text)
        return item, amount, Decimal(0) if settled is None else Decimal(settled.text)

    def _reason(self, element: Element) -> None:
        """Note the reasons of a batch or the whole message, in the order of the file."""
        above = element.getparent()
        if above is not None and local(above) in (*_BATCHES, *_HEADERS):
            reason = node_of(element, "").text_at("Rsn/Cd", "Rsn/Prtry")
            self.tally.note(self.tally.codes, reason)

    def _said(self, head: Node) -> None:
        """Note a status that is about more than one payment, and what the message is called."""
        self.tally.note(self.tally.statuses, head.text_at(*_STATUSES))
        for name in ("MsgId", "OrgnlMsgId", "OrgnlMsgNmId", "Id"):
            if text := head.text_at(name):
                self.tally.details.setdefault(name, text)

    def _hold(self, part: _Part, head: Node) -> None:
        """Compare what a header counts and sums up."""
        made = {"NbOfTxs": Decimal(part.count), "CtrlSum": part.total}
        made |= dict.fromkeys(_TOTALS, part.settled)
        for name, figure in made.items():
            node = head.find(name)
            if node is None:
                continue
            try:
                said = decimal_of(node, node.text)
            except FileRefused as refusal:
                self.tally.refused(refusal)
                continue
            self.held.append(said == figure)
            if said != figure:
                reason = f"{name} is {said}, the payments make {figure}"
                self.tally.refuse(node.line, node.path, reason)
                self.tally.breaks.append(Break("", head.path, "", None, reason))


def iso20022(source: BinaryIO, kind: str, keep: Keep) -> Tally:
    """Summarise a message, in memory that does not grow with it."""
    tally = Tally(kind, keep)
    reader = _Reader(tally)
    try:
        for event, element in elements(source, (*_PAYMENTS, *_BATCHES, *_HEADERS, *_REASONS)):
            tag = local(element)
            if event == "start":
                reader.start(element, tag)
            elif event == "end":
                reader.end(element, tag)
        reader.finish()
        if tally.kind in _STRICT:
            source.seek(0)
            check(source)
        elif not tally.refusals:
            tally.warn(None, None, f"the elements of {tally.kind} are not checked, only its sums")
    except FileRefused as refusal:
        tally.refused(refusal)
    return tally


def looks_like_iso20022(head: bytes) -> str | None:
    """Return the name of the message that a file begins with, such as `pain.001`."""
    if not head.lstrip().startswith(b"<"):
        return None
    text = head.decode("latin-1")
    found = [match for match in NAME.finditer(text) if match[1] != "head"]
    return f"{found[0][1]}.{found[0][2]}" if found else None


def _reasons(node: Node) -> Iterator[str]:
    for child in node.children:
        for place in ("Rsn/Cd", "Rsn/Prtry"):
            if code := child.text_at(place):
                yield code


def _path(element: Element) -> str:
    names: list[str] = []
    above: Element | None = element
    while above is not None:
        names.append(local(above))
        above = above.getparent()
    return "/" + "/".join(reversed(names))
