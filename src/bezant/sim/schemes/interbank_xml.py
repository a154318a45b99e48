"""The other side's own XML: trees of local names, read without entities, written as bytes."""

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

# lxml has no public name for the type of its elements.
from lxml.etree import _Element  # pyright: ignore[reportPrivateUsage]
from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem

ISO = "urn:iso:std:iso:20022:tech:xsd:"
Tree = _Element

_HEAD = "head."
_BOM = b"\xef\xbb\xbf"
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)


class Message(Struct, frozen=True):
    """A message as it stood on the wire: its wrapping, its header, its business content.

    `path` are the names of the elements around the content, the outermost first.
    """

    path: tuple[str, ...]
    name: str
    header: Tree
    body: Tree


class Element(Struct, frozen=True):
    """Something to be written: a name, and text or elements within."""

    name: str
    within: "tuple[Element, ...] | str"
    currency: str = ""


def el(name: str, *within: "Element | str | None") -> Element:
    """Return an element of elements or of one text; what is None is left out."""
    if len(within) == 1 and isinstance(within[0], str):
        return Element(name, within[0])
    return Element(name, tuple(item for item in within if isinstance(item, Element)))


def maybe(name: str, text: str) -> Element | None:
    """Return an element where there is a text."""
    return Element(name, text) if text else None


def render(element: Element, namespace: str) -> Tree:
    """Return an element and what is within it, in a namespace."""
    tree = etree.Element(f"{{{namespace}}}{element.name}", nsmap={None: namespace})
    if element.currency:
        tree.set("Ccy", element.currency)
    if isinstance(element.within, str):
        tree.text = element.within
    else:
        for item in element.within:
            tree.append(render(item, namespace))
    return tree


def to_bytes(tree: Tree) -> bytes:
    """Return a document as it goes over the wire."""
    etree.cleanup_namespaces(tree)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


def zoned(at: datetime) -> str:
    """Return an instant as these messages write it, to the second and with its offset."""
    return at.isoformat(timespec="seconds")


def parse(content: bytes) -> Message:
    """Return the message in some bytes; raises FileRefused when there is none."""
    tree = _tree(content)
    header = body = None
    for element in tree.iter(etree.Element):
        namespace = etree.QName(element).namespace or ""
        local = etree.QName(element).localname
        if local == "AppHdr":
            header = element
        elif _is_content(namespace, local) and body is None:
            body = element
    if header is None:
        raise FileRefused([Problem(None, "AppHdr", "the message has no business header")])
    if body is None:
        raise FileRefused([Problem(None, None, "no ISO 20022 message is in the file")])
    name = (etree.QName(body).namespace or "").removeprefix(ISO)
    around = [etree.QName(element).localname for element in _ancestors(body)]
    for element in tree.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return Message(tuple(around), name, header, body)


def _is_content(namespace: str, local: str) -> bool:
    in_message = namespace.startswith(ISO) and not namespace.startswith(ISO + _HEAD)
    return in_message and local != "Document"


def _ancestors(element: Tree) -> Iterator[Tree]:
    return reversed([*element.iterancestors()])


def _tree(content: bytes) -> Tree:
    if _DOCTYPE.search(content):
        raise FileRefused([Problem(None, None, "a document type is not taken")])
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(content.removeprefix(_BOM), parser)
    except etree.XMLSyntaxError as error:
        raise FileRefused([Problem(error.lineno, None, f"not XML: {error.msg}")]) from None
    except ValueError as error:
        raise FileRefused([Problem(None, None, f"not XML: {error}")]) from None


def text(tree: Tree, path: str) -> str:
    """Return the text at a path of local names, without the blanks around it; empty if none."""
    return (tree.findtext(path) or "").strip()
