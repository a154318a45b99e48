"""Records of fixed width as data: each field a name and a width, read, checked and written."""

from collections.abc import Mapping

from msgspec import Struct


class Field(Struct, frozen=True):
    """Some columns, counted from 0; digits are filled from the left with zeros."""

    name: str
    start: int
    width: int
    digits: bool

    @property
    def columns(self) -> slice:
        return slice(self.start, self.start + self.width)


class Layout(Struct, frozen=True):
    """One kind of record, or a part of one."""

    name: str
    width: int
    fields: tuple[Field, ...]

    def read(self, text: str) -> dict[str, str]:
        """Return the fields of a text, without the spaces around them."""
        return {field.name: text[field.columns].strip() for field in self.fields}

    def faults(self, text: str, start: int = 0) -> list[str]:
        """Name every field of digits that has something else; columns count from `start`."""
        return [
            f"{field.name} (columns {start + field.start + 1}-{start + field.start + field.width}) "
            f"is not a number: {text[field.columns]!r}"
            for field in self.fields
            if field.digits and not is_digits(text[field.columns])
        ]

    def write(self, values: Mapping[str, str | int]) -> str:
        """Return a text; all that is given must have its field and fit it."""
        names = {field.name for field in self.fields}
        assert names.issuperset(values), f"{self.name} has no fields {set(values) - names}"
        text = "".join(_written(field, values.get(field.name, "")) for field in self.fields)
        assert len(text) == self.width, f"{self.name} overflows: {text!r}"
        return text


def layout(name: str, width: int, *columns: tuple[str, int] | tuple[str, int, str]) -> Layout:
    """Return the layout of columns with their widths, which fill it; "digits" marks numbers."""
    fields: list[Field] = []
    start = 0
    for column, size, *kind in columns:
        fields.append(Field(column, start, size, digits=kind == ["digits"]))
        start += size
    assert start == width, f"{name} is {start} characters long"
    return Layout(name, width, tuple(fields))


def is_digits(text: str) -> bool:
    """Tell whether a text is ASCII digits only, and some."""
    return text.isascii() and text.isdecimal()


def _written(field: Field, value: str | int) -> str:
    return str(value).rjust(field.width, "0") if field.digits else str(value).ljust(field.width)
