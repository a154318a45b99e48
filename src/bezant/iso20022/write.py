"""From structs to the bytes of an XML message: each element on a line of its own.

Whatever the structure does not allow is refused here, so that no bank is sent it.
"""

from collections.abc import Iterator
from typing import Any, cast
from xml.sax.saxutils import escape

from msgspec import Struct

from bezant.iso20022.leaves import BadValue
from bezant.iso20022.shape import Shape, Spec
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money

_MANY_LINES = 2000
_DEPTH = 2
_ABSENT: tuple[object, ...] = (None, "", ())


class Writer:
    """Writes structs as elements; `old` chooses the names of the versions before 2013."""

    def __init__(self, *, old: bool = False, prefix: str = "") -> None:
        self.lines: list[str] = []
        self.problems: list[Problem] = []
        self._skips = "new" if old else "old"
        self._prefix = prefix
        self._path: list[str] = []

    def add(self, text: str) -> None:
        """Write text as it is, such as what stands around a message."""
        self.lines.append(text)

    def content(self) -> bytes:
        """Return what was written since; raises FileRefused for what cannot stand in the message.

        It is called between elements, when none can be taken away any more.
        """
        if self.problems:
            raise FileRefused(self.problems)
        text = "".join(self.lines)
        self.lines.clear()
        return text.encode()

    def struct(self, tag: str, shape: Shape, value: Struct, attributes: str = "") -> None:
        """Write an element that is a struct."""
        self._open(tag, shape, value, attributes)
        self._children(shape.root, value)
        self._close(tag)

    def pieces(
        self, tag: str, shape: Shape, value: Struct, attributes: str = "", depth: int = _DEPTH
    ) -> Iterator[bytes]:
        """Write an element that is a struct, and yield what is written as it grows.

        What repeats is taken one by one, so many levels down as `depth` says.
        """
        assert not shape.root.choice, "what is written in pieces holds all of its elements"
        self._open(tag, shape, value, attributes)
        for spec in shape.root.children.values():
            if spec.many and spec.shape is not None and spec.era != self._skips:
                yield from self._repeated(spec, spec.shape, getattr(value, spec.field), depth)
            else:
                self._child(spec, value)
        self._close(tag)

    def _repeated(self, spec: Spec, shape: Shape, values: Any, depth: int) -> Iterator[bytes]:
        count = 0
        for item in values:
            count += 1
            if depth > 1:
                yield from self.pieces(spec.tag, shape, item, depth=depth - 1)
            else:
                self.struct(spec.tag, shape, item)
            if len(self.lines) > _MANY_LINES:
                yield self.content()
        self._limit(spec, count)

    def _open(self, tag: str, shape: Shape, value: Struct, attributes: str) -> None:
        self.lines.append(f"<{self._prefix}{tag}{attributes}>\n")
        self._path.append(tag)
        missing = [name for name in shape.required if getattr(value, name) in _ABSENT]
        self.problems.extend(
            self._problem(f"{shape.required[name]} is missing") for name in missing
        )

    def _close(self, tag: str) -> None:
        self._path.pop()
        self.lines.append(f"</{self._prefix}{tag}>\n")

    def _children(self, parent: Spec, value: Struct) -> int:
        written = 0
        for spec in parent.children.values():
            written += self._child(spec, value)
        if parent.choice and written > 1:
            self.problems.append(self._problem("holds more than one of its alternatives"))
        return written

    def _child(self, spec: Spec, value: Struct) -> int:
        done = 0
        if spec.field and spec.era != self._skips:
            done = self._field(spec, getattr(value, spec.field))
        if not done and spec.children and spec.shape is None:
            done = self._group(spec, value)
        return done

    def _group(self, spec: Spec, value: Struct) -> int:
        """Write an element that only holds others, if one of them has something to say."""
        at = len(self.lines)
        self.lines.append(f"<{self._prefix}{spec.tag}>\n")
        self._path.append(spec.tag)
        written = self._children(spec, value)
        if written:
            self._check_required(spec, at)
        self._path.pop()
        if not written:
            del self.lines[at:]
            return 0
        self.lines.append(f"</{self._prefix}{spec.tag}>\n")
        return 1

    def _check_required(self, spec: Spec, at: int) -> None:
        for tag in spec.required:
            start = f"<{self._prefix}{tag}"
            if not any(
                line.startswith((f"{start}>", f"{start} ")) for line in self.lines[at + 1 :]
            ):
                self.problems.append(self._problem(f"{tag} is missing"))

    def _field(self, spec: Spec, value: Any) -> int:
        if value in _ABSENT:
            return 0
        if not spec.many:
            self._one(spec, value)
            return 1
        count = 0
        for item in value:
            count += 1
            self._one(spec, item)
        self._limit(spec, count)
        return min(count, 1)

    def _limit(self, spec: Spec, count: int) -> None:
        if spec.most and count > spec.most:
            self.problems.append(self._problem(f"{spec.tag} stands more than {spec.most} times"))

    def _one(self, spec: Spec, value: Any) -> None:
        if spec.shape is not None:
            self.struct(spec.tag, spec.shape, cast("Struct", value))
            return
        assert spec.leaf is not None, "a field is a struct or a leaf"
        try:
            text = escape(spec.leaf.write(value))
        except BadValue as error:
            self._path.append(spec.tag)
            self.problems.append(self._problem(str(error)))
            self._path.pop()
            return
        currency = f' Ccy="{value.currency.upper()}"' if isinstance(value, Money) else ""
        tag = f"{self._prefix}{spec.tag}"
        self.lines.append(f"<{tag}{currency}>{text}</{tag}>\n")

    def _problem(self, reason: str) -> Problem:
        return Problem(None, "/" + "/".join(self._path), reason)
