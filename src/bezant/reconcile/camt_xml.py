"""XML from a bank as a plain tree, without namespaces; whatever could reach outside is refused."""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

# The type of elements has no other name.
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]
from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem

_DOCTYPE = b"<!DOCTYPE"


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
            node = None if node is None else next(node.all(tag), None)
        return node

    def text_at(self, *paths: str) -> str:
        """Return the first text that is not empty at one of the paths."""
        found = (self.find(path) for path in paths)
        return next((node.text for node in found if node is not None and node.text), "")

    @property
    def quoted(self) -> str:
        """The beginning of the text, for messages."""
        return repr(self.text[:40])

    def refused(self, reason: str) -> FileRefused:
        """Return an error that names this element."""
        return FileRefused([Problem(self.line, self.path, reason)])


def parse(data: bytes) -> Node:
    """Return the root; raises FileRefused for what is not XML or declares a document type."""
    if _DOCTYPE in data:
        line = data.count(b"\n", 0, data.index(_DOCTYPE)) + 1
        raise FileRefused([Problem(line, None, "a document type (DOCTYPE) is not accepted")])
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise FileRefused([Problem(line, None, f"not XML: {error}")]) from error
    if root.getroottree().docinfo.doctype:
        # The bytes did not show it, so it came in another encoding.
        raise FileRefused([Problem(None, None, "a document type (DOCTYPE) is not accepted")])
    return _node(root, f"/{_local(root)}")


def _node(element: Element, path: str) -> Node:
    seen: Counter[str] = Counter()
    totals = Counter(_local(child) for child in element)
    children: list[Node] = []
    for child in element:
        tag = _local(child)
        seen[tag] += 1
        place = f"[{seen[tag]}]" if totals[tag] > 1 else ""
        children.append(_node(child, f"{path}/{tag}{place}"))
    return Node(
        tag=_local(element),
        path=path,
        line=int(element.sourceline or 0),
        text=(element.text or "").strip(),
        attributes={str(name): str(value) for name, value in element.attrib.items()},
        children=tuple(children),
    )


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
