"""XML from a bank as lxml elements by local names; whatever could reach outside is refused."""

from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree

# The type of elements has no other name.
from lxml.etree import _Element  # pyright: ignore[reportPrivateUsage]

from bezant.kernel.errors import FileRefused, Problem

__all__ = ["Element", "attribute", "elements", "local", "parse", "problem", "text"]

Element: TypeAlias = _Element

_DOCTYPE = b"<!DOCTYPE"


def parse(data: bytes) -> Element:
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
        raise FileRefused([Problem(getattr(error, "lineno", None), None, "not XML")]) from error
    if root.getroottree().docinfo.doctype:
        # The bytes did not show it, so it came in another encoding.
        raise FileRefused([Problem(None, None, "a document type (DOCTYPE) is not accepted")])
    return root


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def elements(element: Element, path: str) -> Iterator[Element]:
    """Yield the elements at a path of local names below an element."""
    head, _, rest = path.partition("/")
    for child in element:
        if local(child) == head:
            if rest:
                yield from elements(child, rest)
            else:
                yield child


def text(element: Element, path: str) -> str:
    """Return the text of the first element at a path, without the spaces around it."""
    found = next(elements(element, path), None)
    return "" if found is None else (found.text or "").strip()


def attribute(element: Element, name: str) -> str:
    """Return an attribute without the spaces around it, or nothing."""
    return (element.get(name) or "").strip()


def problem(element: Element, reason: str) -> Problem:
    """Return a problem that names the element and its line."""
    return Problem(int(element.sourceline or 0) or None, local(element), reason)
