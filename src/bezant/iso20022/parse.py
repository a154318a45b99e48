"""From the bytes of an XML message to structs, in one pass that keeps nothing but the structs.

Expat reads: it counts lines without limit, and document types, and with them entities and all that
could reach outside, are refused before they mean anything. What stands around a message is skipped.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Protocol
from xml.parsers import expat

from msgspec import Struct

from bezant.iso20022.leaves import BadValue
from bezant.iso20022.shape import Shape, Spec
from bezant.kernel.errors import FileRefused, Problem

MOST_DEPTH = 60
"""Elements inside each other; the deepest message has about twenty."""
MOST_PROBLEMS = 1000
"""Problems after which a message is not read on: it is something else altogether."""

Hook = Callable[[Any, dict[str, Any]], bool]
"""Takes a struct that was read and what is known of its parent; says whether to keep it."""

_PLACED = re.compile(r": line \d+, column \d+$")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


PIECE = 1 << 16
"""Bytes that are looked at in one go."""


class Source(Protocol):
    """Anything that bytes can be read from, such as an open file."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""
        ...


class Stop(Exception):
    """Enough has been read."""


class Document(Struct, frozen=True):
    """One element that was looked for: its name, namespace and line, and the struct it became."""

    tag: str
    namespace: str
    line: int
    value: Any


class _Frame:
    """An element that is open: what it may hold, and what it held so far."""

    __slots__ = ("attributes", "index", "last", "line", "seen", "spec", "text", "values")

    def __init__(self, spec: Spec, values: dict[str, Any], line: int, index: int) -> None:
        self.spec = spec
        self.values = values
        self.line = line
        self.index = index
        self.last = -1
        self.seen: dict[str, int] = {}
        self.text: list[str] = []
        self.attributes: Mapping[str, str] = {}


class Parser:
    """Reads the first of some elements, wherever they stand, and refuses what they cannot hold."""

    def __init__(
        self, wanted: Mapping[str, Shape], hooks: Mapping[type[Struct], Hook] | None = None
    ) -> None:
        self.problems: list[Problem] = []
        self.found: list[Document] = []
        self._wanted = wanted
        self._hooks = hooks or {}
        self._outer: list[str] = []
        self._stack: list[_Frame] = []
        self._skipped = 0
        self._namespace = ""
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.buffer_text = True
        self._expat.StartDoctypeDeclHandler = self._doctype
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters

    def read(self, source: bytes | Source) -> list[Document]:
        """Return the wanted elements; raises FileRefused with each problem, its line and path."""
        for _ in self.pieces(source):
            pass
        return self.found

    def pieces(self, source: bytes | Source) -> Iterator[None]:
        """Read a piece at a time, and give way after each, so that hooks' takings can be used."""
        try:
            for piece in _trimmed(source):
                self._expat.Parse(piece, False)
                yield
            self._expat.Parse(b"", True)
        except Stop:
            pass
        except (expat.ExpatError, ValueError, LookupError) as error:
            line = self._expat.CurrentLineNumber
            self._bad(line, _PLACED.sub("", f"not XML: {error}"))
        finally:
            # The handlers are our own methods: without them the parser is not a circle.
            self._expat.StartElementHandler = None
            self._expat.EndElementHandler = None
            self._expat.CharacterDataHandler = None
            self._expat.StartDoctypeDeclHandler = None
        if self.problems:
            raise FileRefused(self.problems)

    def _doctype(self, *_: object) -> None:
        self._bad(self._expat.CurrentLineNumber, "a document type (DOCTYPE) is not accepted")
        raise Stop

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped:
            self._skipped += 1
            self._limit_depth()
            return
        namespace, _, tag = name.rpartition(" ")
        if not self._stack:
            self._start_outer(tag, namespace)
            return
        parent = self._stack[-1]
        spec = parent.spec.children.get(tag)
        if spec is None:
            self._skipped = 1
            return
        count = parent.seen.get(tag, 0) + 1
        parent.seen[tag] = count
        frame = _Frame(spec, parent.values, self._expat.CurrentLineNumber, count)
        if spec.shape is not None:
            frame.values = {}
        elif spec.leaf is not None:
            frame.attributes = attributes
        self._stack.append(frame)
        self._limit_depth()
        self._check_place(parent, frame)

    def _start_outer(self, tag: str, namespace: str) -> None:
        shape = self._wanted.get(tag)
        if shape is None:
            self._outer.append(tag)
            self._limit_depth()
            return
        self._namespace = namespace
        spec = Spec(tag, 0, shape=shape, children=shape.root.children)
        spec.required = shape.root.required
        self._stack.append(_Frame(spec, {}, self._expat.CurrentLineNumber, 1))

    def _limit_depth(self) -> None:
        if len(self._outer) + len(self._stack) + self._skipped > MOST_DEPTH:
            line = self._expat.CurrentLineNumber
            self._bad(line, f"more than {MOST_DEPTH} elements inside each other")
            raise Stop

    def _check_place(self, parent: _Frame, frame: _Frame) -> None:
        spec = frame.spec
        if spec.order < parent.last:
            self._bad(frame.line, f"{spec.tag} stands after an element that must follow it")
        parent.last = max(parent.last, spec.order)
        if spec.most and frame.index > spec.most:
            self._bad(frame.line, f"{spec.tag} stands more than {spec.most} times")
        elif parent.spec.choice and len(parent.seen) > 1:
            self._bad(frame.line, f"{parent.spec.tag} holds more than one of its alternatives")

    def _characters(self, text: str) -> None:
        if not self._skipped and self._stack:
            self._stack[-1].text.append(text)

    def _end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif not self._stack:
            self._outer.pop()
        else:
            self._close(self._stack[-1])
            self._stack.pop()

    def _close(self, frame: _Frame) -> None:
        spec = frame.spec
        if spec.children and (frame.seen or spec.leaf is None):
            for tag in spec.required:
                if tag not in frame.seen:
                    self._bad(frame.line, f"{tag} is missing")
        if len(self._stack) == 1:
            value = self._built(_shape(spec), frame)
            self.found.append(Document(spec.tag, self._namespace, frame.line, value))
        elif spec.shape is not None:
            self._keep(frame, self._built(spec.shape, frame), self._stack[-2].values)
        elif spec.leaf is not None and not frame.seen:
            self._read_leaf(frame)

    def _read_leaf(self, frame: _Frame) -> None:
        spec = frame.spec
        assert spec.leaf is not None, "only a leaf holds text"
        text = "".join(frame.text).strip()
        if not text:
            # Banks write empty elements for what they do not say.
            return
        try:
            value = spec.leaf.read(text, frame.attributes)
        except BadValue as error:
            self._bad(frame.line, str(error))
            value = None
        self._keep(frame, value, frame.values)

    def _keep(self, frame: _Frame, value: Any, values: dict[str, Any]) -> None:
        spec = frame.spec
        if spec.many:
            kept: list[Any] = values.setdefault(spec.field, [])
            shape = None if value is None else spec.shape
            hook = None if shape is None else self._hooks.get(shape.cls)
            if hook is None or hook(value, values):
                kept.append(value)
        else:
            if value is not None and spec.shape is not None:
                hook = self._hooks.get(spec.shape.cls)
                if hook is not None:  # What stands once is kept in any case.
                    hook(value, values)
            # What could not be built has a problem of its own, and is not missing as well.
            values.setdefault(spec.field, value)

    def _built(self, shape: Shape, frame: _Frame) -> Struct | None:
        """Return the struct of an element that is whole; nothing, and why not, for any other."""
        values = frame.values
        missing = [path for name, path in shape.required.items() if name not in values]
        for path in missing:
            self._bad(frame.line, f"{path} is missing or says nothing")
        if shape.keeps_line:
            values["line"] = frame.line
        for name in [name for name, value in values.items() if type(value) is list]:
            values[name] = tuple(values[name])
        return None if missing or self.problems else shape.cls(**values)

    def _bad(self, line: int, reason: str) -> None:
        self.problems.append(Problem(line, self._path(), reason))
        if len(self.problems) > MOST_PROBLEMS:
            self.problems.append(Problem(line, None, "reading stopped here"))
            raise Stop

    def _path(self) -> str:
        return "".join(f"/{part}" for part in (*self._outer, *self._names()))

    def _names(self) -> Iterator[str]:
        for frame in self._stack:
            place = f"[{frame.index}]" if frame.spec.most != 1 else ""
            yield f"{frame.spec.tag}{place}"


def _shape(spec: Spec) -> Shape:
    assert spec.shape is not None, "what is looked for is a struct"
    return spec.shape


def _trimmed(source: bytes | Source) -> Iterator[bytes]:
    """Yield the data without white space before its declaration, which XML does not allow."""
    pieces = iter((source,)) if isinstance(source, bytes) else _pieces(source)
    for piece in pieces:
        begins = piece if piece.startswith(_BOMS) else piece.lstrip()
        if begins:
            yield begins
            break
    yield from pieces


def _pieces(source: Source) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece


class _Sniffer:
    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted
        self.found: tuple[str, str] | None = None

    def start(self, name: str, _: dict[str, str]) -> None:
        parts = name.rpartition(" ")
        namespace, tag = parts[0], parts[2]
        if tag in self.wanted:
            self.found = (tag, namespace)
            raise Stop


def first_of(data: bytes, wanted: frozenset[str]) -> tuple[str, str] | None:
    """Return the name and namespace of the first of some elements, reading no further."""
    sniffer = _Sniffer(wanted)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = sniffer.start
    parser.StartDoctypeDeclHandler = _no_doctype
    with suppress(Stop, expat.ExpatError, ValueError, LookupError):
        for piece in _trimmed(data):
            parser.Parse(piece, True)
    return sniffer.found


def _no_doctype(*_: object) -> None:
    raise Stop
