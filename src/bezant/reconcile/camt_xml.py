"""XML from a bank, an entry at a time: plain nodes without namespaces, and nothing from outside."""

from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from lxml import etree

# The type of elements has no other name.
from lxml.etree import _Element  # pyright: ignore[reportPrivateUsage]
from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem

Element = _Element
"""An element as the parser has it."""

DOCUMENT = "Document"
MESSAGES = {
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
"""What banks report in, by the element below `Document`; version 1 adds `V01` to its name."""

GROUPS = frozenset({"Stmt", "Rpt", "Ntfctn"})
ENTRY = "Ntry"

_VERSION_1 = "V01"
_DOCTYPE = b"<!DOCTYPE"
_NO_DOCTYPE = "a document type (DOCTYPE) is not accepted"
_CHUNK = 1 << 16
_WATCHED = (DOCUMENT, *MESSAGES, *(f"{name}{_VERSION_1}" for name in MESSAGES), *GROUPS, ENTRY)


class Node(Struct, frozen=True):
    """An element: its local name, where it stands, its text, attributes and children."""

    tag: str
    path: str
    line: int
    text: str
    attributes: dict[str, str]
    children: tuple["Node", ...]

    def all(self, tag: str) -> Iterator["Node"]:
        """Yield the children of a name."""
        return (child for child in self.children if child.tag == tag)

    def find(self, path: str) -> "Node | None":
        """Return the first element at a path of names, such as `Acct/Id/IBAN`."""
        node: Node | None = self
        for tag in path.split("/"):
            for child in node.children:
                if child.tag == tag:
                    node = child
                    break
            else:
                return None
        return node

    def text_at(self, *paths: str) -> str:
        """Return the first text that is not empty at one of the paths."""
        for path in paths:
            node = self.find(path)
            if node is not None and node.text:
                return node.text
        return ""

    @property
    def quoted(self) -> str:
        """The beginning of the text, for messages."""
        return repr(self.text[:40])

    def refused(self, reason: str) -> FileRefused:
        """Return an error that names this element."""
        return FileRefused([Problem(self.line, self.path, reason)])


class Begun(NamedTuple):
    """A report begins: its message (`camt.053`), the namespace's last part, and where it stands."""

    message: str
    version: str
    path: str
    line: int


class Entry(NamedTuple):
    """One entry of the report; `head` is the report so far, without its entries."""

    node: Node
    head: Node


class Ended(NamedTuple):
    """The report ends: the whole of it, without its entries."""

    node: Node


Piece = Begun | Entry | Ended


def pieces(source: bytes | BinaryIO) -> Iterator[Piece]:
    """Yield the reports of a camt message and their entries, which are let go of one by one.

    Raises FileRefused for what is not XML, declares a document type or holds no report.
    """
    walk = _Walk()
    for event, element in elements(source, _WATCHED):
        yield from walk.step(event, element)
    walk.finish()


def elements(source: bytes | BinaryIO, names: Iterable[str]) -> Iterator[tuple[str, Element]]:
    """Yield `start` and `end` of each element of these names, and `root` with the root at last.

    Whoever takes an element at its end lets go of it. Raises FileRefused for what is not XML or
    declares a document type.
    """
    file = BytesIO(source) if isinstance(source, bytes) else source
    parser = etree.XMLPullParser(
        ("start", "end"),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    yield from _events(parser, file)


def _events(parser: etree.XMLPullParser, file: BinaryIO) -> Iterator[tuple[str, Element]]:
    checked = False
    line = 1
    try:
        while chunk := file.read(_CHUNK):
            if not checked and _DOCTYPE in chunk:
                line += chunk.count(b"\n", 0, chunk.index(_DOCTYPE))
                raise FileRefused([Problem(line, None, _NO_DOCTYPE)])
            line += 0 if checked else chunk.count(b"\n")
            parser.feed(chunk)
            for event, element in parser.read_events():
                if not checked and element.getroottree().docinfo.doctype:
                    raise FileRefused([Problem(None, None, _NO_DOCTYPE)])
                checked = True
                yield str(event), element
        root = parser.close()
    except (etree.LxmlError, ValueError) as error:
        at = getattr(error, "lineno", None)
        raise FileRefused([Problem(at, None, f"not XML: {error}")]) from error
    if root.getroottree().docinfo.doctype:
        raise FileRefused([Problem(None, None, _NO_DOCTYPE)])
    yield "root", root


class _Walk:
    """Where in the document the parser is, by the few elements that matter."""

    def __init__(self) -> None:
        self.message: Element | None = None
        self.group: Element | None = None
        self.found = ""
        self.groups = 0
        self.seen: Counter[str] = Counter()
        self.entries = 0
        self.path = ""
        self.head: Node | None = None
        self.root: Element | None = None

    def step(self, event: str, element: Element) -> Iterator[Piece]:
        """Take an event of the parser."""
        tag = local(element)
        if event == "root":
            self.root = element
        elif event == "start" and self.message is None:
            self._message(element, tag)
        elif event == "start" and self.group is None:
            if tag in GROUPS and element.getparent() is self.message:
                yield self._begin(element, tag)
        elif event == "end" and element is self.message:
            self.message = None
        elif event == "end" and element is self.group:
            yield Ended(self._whole(element))
            let_go(element)
            self.group = None
        elif event == "end" and tag == ENTRY and element.getparent() is self.group:
            yield self._entry(element)

    def finish(self) -> None:
        """Refuse a document that had nothing for us."""
        assert self.root is not None, "a document without a root is not XML"
        root = f"/{local(self.root)}"
        line = int(self.root.sourceline or 0)
        if not self.found:
            reason = "not a camt message: there is no Document with a statement or report"
            raise FileRefused([Problem(line, root, reason)])
        if not self.groups:
            reason = "there is no statement (Stmt) or report in it"
            raise FileRefused([Problem(line, self.found, reason)])

    def _message(self, element: Element, tag: str) -> None:
        document = element.getparent()
        if tag.removesuffix(_VERSION_1) not in MESSAGES or document is None:
            return
        above = document.getparent()
        outermost = above is None or above.getparent() is None
        if local(document) == DOCUMENT and outermost:
            self.message = element
            parents = [document] if above is None else [above, document]
            self.found = "".join(f"/{local(each)}" for each in (*parents, element))

    def _begin(self, element: Element, tag: str) -> Begun:
        assert self.message is not None, "a report stands in a message"
        self.seen[tag] += 1
        self.groups += 1
        self.group, self.head, self.entries = element, None, 0
        self.path = f"{self.found}/{tag}{_place(self.seen[tag])}"
        namespace = str(element.tag).partition("}")[0]
        version = namespace.rpartition(":")[2] if "}" in str(element.tag) else ""
        message = MESSAGES[local(self.message).removesuffix(_VERSION_1)]
        return Begun(message, version, self.path, int(element.sourceline or 0))

    def _entry(self, element: Element) -> Entry:
        assert self.group is not None, "an entry stands in a report"
        self.entries += 1
        if self.head is None:
            self.head = self._whole(self.group)
        node = node_of(element, f"{self.path}/{ENTRY}{_place(self.entries)}")
        let_go(element)
        return Entry(node, self.head)

    def _whole(self, group: Element) -> Node:
        return node_of(group, self.path, leave_out=ENTRY)


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def let_go(element: Element) -> None:
    """Free an element and those of its name before it."""
    element.clear()
    parent = element.getparent()
    before = element.getprevious()
    while parent is not None and before is not None and before.tag == element.tag:
        parent.remove(before)
        before = element.getprevious()


def _place(number: int) -> str:
    return f"[{number}]" if number > 1 else ""


def node_of(element: Element, path: str, leave_out: str = "") -> Node:
    """Return an element and all below it as nodes, without the children of one name."""
    seen: dict[str, int] = {}
    children: list[Node] = []
    for child in element:
        tag = local(child)
        if tag == leave_out:
            continue
        seen[tag] = number = seen.get(tag, 0) + 1
        place = f"[{number}]" if number > 1 else ""
        children.append(node_of(child, f"{path}/{tag}{place}"))
    return Node(
        tag=local(element),
        path=path,
        line=int(element.sourceline or 0),
        text=(element.text or "").strip(),
        attributes={str(name): str(value) for name, value in element.attrib.items()},
        children=tuple(children),
    )
