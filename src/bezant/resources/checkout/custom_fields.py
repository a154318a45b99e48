"""Custom fields: what a merchant asks for on its page besides, and what was typed in there."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from bezant.api.params import Params
from bezant.api.refusals import missing
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.page_fields import Asked, Field

Kind = Literal["dropdown", "numeric", "text"]
_Length = Annotated[int, Meta(ge=1, le=255)]
_Written = Annotated[str, Meta(max_length=255)]
_MOST_FIELDS = 3
_LONGEST = 255
_MARK = "custom_"
"""What the names of such fields begin with in the form."""


class Choice(Struct, frozen=True):
    """One of several values."""

    label: str
    value: str


class Label(Struct, frozen=True):
    """What the field is called."""

    custom: str
    type: Literal["custom"] = "custom"


class Dropdown(Struct, frozen=True, kw_only=True):
    """Values to choose from, and the one that was chosen."""

    default_value: str | None = None
    options: tuple[Choice, ...] = ()
    value: str | UnsetType | None = UNSET


class Written(Struct, frozen=True, kw_only=True):
    """How long a text or a number may be, and what was written."""

    default_value: str | None = None
    maximum_length: int | None = None
    minimum_length: int | None = None
    value: str | UnsetType | None = UNSET


class CustomField(Struct, frozen=True, kw_only=True):
    """A field of a merchant's own; links have no values in theirs."""

    dropdown: Dropdown | UnsetType = UNSET
    key: str
    label: Label
    numeric: Written | UnsetType = UNSET
    optional: bool = False
    text: Written | UnsetType = UNSET
    type: Kind


class ChoiceParams(Params):
    """One of several values."""

    label: Annotated[str, Meta(min_length=1, max_length=100)]
    value: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,100}$")]


class DropdownParams(Params):
    """Values to choose from."""

    default_value: str | None = None
    options: Annotated[list[ChoiceParams], Meta(min_length=1, max_length=200)]


class LabelParams(Params):
    """What the field is called."""

    custom: Annotated[str, Meta(min_length=1, max_length=50)]
    type: Literal["custom"]


class WrittenParams(Params):
    """How long a text or a number may be."""

    default_value: _Written | None = None
    maximum_length: _Length | None = None
    minimum_length: _Length | None = None


class CustomFieldParams(Params):
    """A field of one's own."""

    dropdown: DropdownParams | None = None
    key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,200}$")]
    label: LabelParams
    numeric: WrittenParams | None = None
    optional: bool = False
    text: WrittenParams | None = None
    type: Kind


CustomFields = Annotated[list[CustomFieldParams], Meta(max_length=_MOST_FIELDS)]


def made(sent: Sequence[CustomFieldParams]) -> tuple[CustomField, ...]:
    """Return fields as they are asked for; InvalidRequest for what nobody could fill in."""
    known: set[str] = set()
    for at, each in enumerate(sent):
        if each.key in known:
            raise InvalidRequest(
                f"Two custom fields have the key {each.key}.", param=f"custom_fields[{at}][key]"
            )
        known.add(each.key)
    return tuple(_made(each, f"custom_fields[{at}]") for at, each in enumerate(sent))


def _made(sent: CustomFieldParams, param: str) -> CustomField:
    for name in ("dropdown", "numeric", "text"):
        if name != sent.type and getattr(sent, name) is not None:
            raise InvalidRequest(
                f"Received {name}, but the type is {sent.type}.", param=f"{param}[{name}]"
            )
    common: dict[str, Any] = {
        "key": sent.key,
        "label": Label(sent.label.custom),
        "optional": sent.optional,
        "type": sent.type,
    }
    if sent.type == "dropdown":
        if sent.dropdown is None:
            raise missing(f"{param}[dropdown]")
        dropdown = Dropdown(
            default_value=sent.dropdown.default_value,
            options=tuple(Choice(each.label, each.value) for each in sent.dropdown.options),
        )
        field = CustomField(dropdown=dropdown, **common)
    else:
        told = getattr(sent, sent.type) or WrittenParams()
        written = Written(**told.changes(without=()))
        field = CustomField(**{sent.type: written}, **common)
    asked = _asked(field)
    if asked.field.value and not asked.field.takes(asked.field.value):
        raise InvalidRequest(
            "The default is none that could be typed in.",
            param=f"{param}[{sent.type}][default_value]",
        )
    return field


def in_session(fields: Sequence[CustomField]) -> tuple[CustomField, ...]:
    """Return fields that nobody has filled in yet."""
    return tuple(_with_value(field, None) for field in fields)


def asked_of(fields: Sequence[CustomField]) -> list[Asked]:
    """Return fields as the form asks for them."""
    return [_asked(field) for field in fields]


def filled(fields: Sequence[CustomField], typed: Mapping[str, str]) -> tuple[CustomField, ...]:
    """Return fields with what was typed into them."""
    return tuple(_with_value(field, typed.get(_MARK + field.key)) for field in fields)


def _with_value(field: CustomField, value: str | None) -> CustomField:
    part: Any = getattr(field, field.type)
    return replace(field, **{field.type: replace(part, value=value)})


def _asked(field: CustomField) -> Asked:
    label = field.label.custom + (" (optional)" if field.optional else "")
    part = getattr(field, field.type)
    default: str = part.default_value or ""
    if isinstance(part, Dropdown):
        choices = tuple((each.value, each.label) for each in part.options)
        shown = Field(label=label, asked="Choose an option.", kind="select",
                      choices=choices, value=default)  # fmt: skip
    else:
        shown = _written(field, part, label, default)
    return Asked(_MARK + field.key, shown, required=not field.optional)


def _written(field: CustomField, part: Written, label: str, default: str) -> Field:
    least, most = part.minimum_length or 0, part.maximum_length or _LONGEST
    numeric = field.type == "numeric"
    what = "digits" if numeric else "characters"
    limits = f"{least} to {most} {what}" if least else f"at most {most} {what}"
    return Field(
        label=label,
        asked=f"Enter {field.label.custom}: {limits}.",
        digits=numeric,
        pattern=f"{r'[0-9]' if numeric else '.'}{{{least},{most}}}",
        value=default,
    )
