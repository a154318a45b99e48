"""XML as simulated networks read and write it: names without prefixes, nothing from outside."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

# The type of elements has no other name.
from lxml.etree import _Element  # pyright: ignore[reportPrivateUsage]

from bezant.kernel.errors import FileRefused, Problem

Tree: TypeAlias = _Element
Inner: TypeAlias = "str | Mapping[str, Inner] | list[Inner]"
"""What an element holds: a text, elements by name, or the same element several times."""

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def parse(content: bytes) -> Tree:
    """Return the root; raises FileRefused for what is not XML or declares a document type."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError) as error:
        raise FileRefused([Problem(None, None, f"not XML: {error}")]) from error
    if root.getroottree().docinfo.doctype:
        raise FileRefused([Problem(None, None, "document types are not taken")])
    return root


def name_of(tree: Tree) -> str:
    """Return an element's name without its namespace."""
    return str(tree.tag).rpartition("}")[2]


def under(tree: Tree, path: str) -> Iterator[Tree]:
    """Yield the elements at a path below an element."""
    head, _, rest = path.partition("/")
    for child in tree:
        if name_of(child) == head:
            yield from under(child, rest) if rest else (child,)


def text(tree: Tree, path: str) -> str:
    """Return the text at a path, or nothing."""
    for found in under(tree, path):
        return (found.text or "").strip()
    return ""


def need(tree: Tree, path: str) -> Tree:
    """Return the one element at a path; raises FileRefused when there is none, or several."""
    found = [*under(tree, path)]
    if len(found) != 1:
        reason = f"{len(found)} of {path}, where one must stand"
        raise FileRefused([Problem(int(tree.sourceline or 0), name_of(tree), reason)])
    return found[0]


def minor_units(tree: Tree, written: str) -> int:
    """Return an amount of two decimals in minor units; raises FileRefused for any other."""
    whole, point, cents = written.partition(".")
    digits = whole + cents
    if not (digits.isascii() and digits.isdecimal()) or (point and len(cents) != 2) or not whole:
        raise FileRefused(
            [Problem(int(tree.sourceline or 0), name_of(tree), f"{written!r} is no amount")]
        )
    return int(whole) * 100 + int(cents or 0)


def decimal(amount: int) -> str:
    """Return minor units with two decimals."""
    return f"{amount // 100}.{amount % 100:02d}"


def written(name: str, inner: Inner, attributes: Mapping[str, str] | None = None) -> str:
    """Return an element; what is empty is left out."""
    if isinstance(inner, list):
        return "".join(written(name, item, attributes) for item in inner)
    marks = "".join(f" {key}={quoteattr(value)}" for key, value in (attributes or {}).items())
    if isinstance(inner, str):
        return f"<{name}{marks}>{escape(inner)}</{name}>" if inner else ""
    content = "".join(written(child, value) for child, value in inner.items())
    return f"<{name}{marks}>{content}</{name}>" if content else ""
