"""Made-up structs of any message, drawn from the structure that the message declares."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st
from msgspec import structs

from bezant.iso20022.shape import shape_of
from bezant.kernel.money import Money

WORDS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
)
SIMPLE = {
    Money: st.builds(
        Money, st.integers(0, 10**15), st.sampled_from(["eur", "usd", "gbp"])
    ) | st.builds(Money, st.integers(0, 10**15), st.just("jpy")),
    Decimal: st.decimals(0, 10**12, places=2),
    int: st.integers(0, 10**15 - 1),
    date: st.dates(date(1, 1, 1)),
    datetime: st.datetimes(timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
    ) | st.datetimes().map(lambda at: at.replace(microsecond=0)),
    bool: st.booleans(),
}  # fmt: skip


@st.composite
def struct_of(draw, cls, *, old=False, depth=0):
    """A struct that the standard allows: one alternative of each choice, and what must be."""
    shape = shape_of(cls)
    hints = {field.name: field for field in structs.fields(cls)}
    wanted = set(shape.required)
    if depth < 4:
        wanted |= {name for name in hints if draw(st.integers(0, 5)) == 0}
    values = {}
    _grow(draw, shape.root, cls, wanted, values, old=old, depth=depth)
    return cls(**values)


def _grow(draw, parent, cls, wanted, values, *, old, depth):
    specs = [spec for spec in parent.children.values() if _exists(spec, old=old)]
    chosen = [spec for spec in specs if wanted & _fields(spec)]
    if parent.choice and chosen:
        chosen = [draw(st.sampled_from(chosen))]
    elif chosen:
        chosen += [spec for spec in specs if spec.tag in parent.required and spec not in chosen]
    for spec in chosen:
        if (
            spec.field
            and _exists(spec, old=old)
            and (spec.leaf or spec.shape)
            and not _skips(spec, old=old)
        ):
            values[spec.field] = _value(draw, spec, cls, old=old, depth=depth)
        else:
            names = wanted & _fields(spec) or _fields(spec)
            _grow(draw, spec, cls, names, values, old=old, depth=depth)


def _skips(spec, *, old):
    return spec.era == ("new" if old else "old")


def _exists(spec, *, old):
    return not _skips(spec, old=old) or (spec.children and spec.shape is None)


def _fields(spec):
    inside = (
        set() if spec.shape else {name for it in spec.children.values() for name in _fields(it)}
    )
    return inside | ({spec.field} if spec.field else set())


def _value(draw, spec, cls, *, old, depth):
    one = _one(spec, cls, old=old, depth=depth)
    if not spec.many:
        return draw(one)
    return tuple(draw(st.lists(one, min_size=1, max_size=spec.most or 2)))


def _one(spec, cls, *, old, depth):
    if spec.shape is not None:
        return struct_of(spec.shape.cls, old=old, depth=depth + 1)
    for kind, strategy in SIMPLE.items():
        if any(kind in _kinds(hint) for hint in [_hint(cls, spec.field)]):
            return strategy
    return _text(_place(cls, spec.field))


def _hint(cls, name):
    return next(field.type for field in structs.fields(cls) if field.name == name)


def _kinds(hint):
    arguments = getattr(hint, "__args__", ())
    return {hint, *arguments, *(kind for it in arguments for kind in _kinds(it))}


def _place(cls, name):
    return _hint(cls, name).__metadata__[0]


def _text(place):
    if place.codes:
        return st.sampled_from(place.codes)
    if place.pattern:
        return st.from_regex(place.pattern, fullmatch=True)
    return WORDS.map(lambda text: text[: place.max])
