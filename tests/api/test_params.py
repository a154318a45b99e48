"""Typed parameters: what each type takes, and the error of everything that it does not."""

import json
import re
import time
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, field

from bezant.api import forms, json_body
from bezant.api.decoders import decoder
from bezant.api.params import (
    Amount,
    Apart,
    Check,
    Currency,
    Emptyable,
    Metadata,
    Params,
    RangeQuery,
    Timestamp,
    merged,
)
from bezant.kernel.errors import ApiError, InvalidRequest


def upper(text: str, param: str) -> str:
    if not text.isalpha():
        raise InvalidRequest(f"Not letters: {text}", param=param)
    return text.upper()


class BankAccount(Params):
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    account_number: Annotated[str, Meta(min_length=4, max_length=17)] | None = None


class Line(Params):
    amount: Amount
    memo: str | None = None


class Everything(Params):
    amount: Amount | None = None
    number: int | None = None
    share: Annotated[int, Meta(gt=0, lt=100)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    flag: bool | None = None
    currency: Currency | None = None
    method: Literal["standard", "instant"] | None = None
    kind: Literal["only"] | None = None
    description: Emptyable[str] | None = None
    retries: Emptyable[int] | None = None
    name: str | None = None
    descriptor: Annotated[str, Meta(max_length=22)] | None = None
    word: Annotated[str, Check(upper)] | None = None
    bank: BankAccount | None = None
    source: str | BankAccount | None = None
    lines: Annotated[list[Line], Meta(min_length=1, max_length=3)] | None = None
    tags: list[str] | None = None
    cleared: Emptyable[list[str]] | None = None
    counts: Annotated[dict[str, int], Meta(max_length=2)] | None = None
    metadata: Metadata | None = None
    at: Timestamp | None = None
    created: int | RangeQuery | None = None
    from_: str | None = field(name="from", default=None)


def form(body: str, params: type[Params] = Everything) -> Any:
    return decoder(params)(forms.decode(body.encode()))


def from_json(body: Any, params: type[Params] = Everything) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decoder(params, json=True)(json_body.decode(raw))


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        ("amount=1", "amount", 1),
        ("amount=9223372036854775807", "amount", 2**63 - 1),
        ("number=-9223372036854775808", "number", -(2**63)),
        ("number=0", "number", 0),
        ("limit=100", "limit", 100),
        ("share=99", "share", 99),
        ("", "limit", 10),
        ("", "amount", None),
        ("flag=true", "flag", True),
        ("flag=false", "flag", False),
        ("currency=USD", "currency", "usd"),
        ("currency=jpy", "currency", "jpy"),
        ("method=instant", "method", "instant"),
        ("description=", "description", ""),
        ("description=x", "description", "x"),
        ("retries=", "retries", ""),
        ("retries=3", "retries", 3),
        ("word=abc", "word", "ABC"),
        ("bank[country]=US", "bank", BankAccount(country="US")),
        ("source=btok_1", "source", "btok_1"),
        ("source[country]=US", "source", BankAccount(country="US")),
        ("lines[0][amount]=1&lines[1][amount]=2", "lines", [Line(amount=1), Line(amount=2)]),
        ("lines[][amount]=1&lines[][amount]=2", "lines", [Line(amount=1), Line(amount=2)]),
        ("tags[2]=c&tags[0]=a&tags[10]=z", "tags", ["a", "c", "z"]),
        ("tags[]=b&tags[]=a", "tags", ["b", "a"]),
        ("cleared=", "cleared", ""),
        ("cleared[0]=a", "cleared", ["a"]),
        ("counts[a]=1&counts[b]=2", "counts", {"a": 1, "b": 2}),
        ("metadata[a]=1&metadata[b]=", "metadata", {"a": "1", "b": ""}),
        ("metadata[0]=x", "metadata", {"0": "x"}),
        ("metadata=", "metadata", ""),
        ("at=1700000000", "at", 1_700_000_000),
        ("created=5", "created", 5),
        ("created[gte]=5&created[lt]=9", "created", RangeQuery(gte=5, lt=9)),
        ("from=acct_1", "from_", "acct_1"),
    ],
)
def test_values_of_a_form(body: str, name: str, value: object) -> None:
    decoded = getattr(form(body), name)
    assert decoded == value
    assert type(decoded) is type(value)


UNSET = "which cannot be unset"


@pytest.mark.parametrize(
    ("body", "code", "message", "param"),
    [
        *(
            (f"number={text}", "parameter_invalid_integer", f"Invalid integer: {shown}", "number")
            for text, shown in [
                ("abc", "abc"),
                ("1.0", "1.0"),
                ("1e400", "1e400"),
                ("1e3", "1e3"),
                ("NaN", "NaN"),
                ("Infinity", "Infinity"),
                ("-", "-"),
                ("--1", "--1"),
                ("%2B1", "+1"),
                ("+1", " 1"),
                ("1_000", "1_000"),
                ("1,000", "1,000"),
                ("0x10", "0x10"),
                ("%D9%A1", "\u0661"),
                ("true", "true"),
                ("9223372036854775808", "9223372036854775808"),
                ("-9223372036854775809", "-9223372036854775809"),
                ("9" * 5_000, "9" * 80),
            ]
        ),
        ("number[a]=1", "parameter_invalid_integer", "Invalid integer: a hash", "number"),
        ("number[]=1", "parameter_invalid_integer", "Invalid integer: an array", "number"),
        ("number=", "parameter_invalid_empty", UNSET, "number"),
        ("amount=0", "parameter_invalid_integer", "greater than or equal to 1.", "amount"),
        ("amount=-1", "parameter_invalid_integer", "greater than or equal to 1.", "amount"),
        ("limit=0", "parameter_invalid_integer", "greater than or equal to 1.", "limit"),
        ("limit=101", "parameter_invalid_integer", "less than or equal to 100.", "limit"),
        ("share=0", "parameter_invalid_integer", "greater than or equal to 1.", "share"),
        ("share=100", "parameter_invalid_integer", "less than or equal to 99.", "share"),
        ("at=-1", "parameter_invalid_integer", "greater than or equal to 0.", "at"),
        ("flag=1", "parameter_invalid", "Invalid boolean: 1. Use true or false.", "flag"),
        ("flag=True", "parameter_invalid", "Invalid boolean: True", "flag"),
        ("flag=", "parameter_invalid_empty", UNSET, "flag"),
        ("flag[x]=1", "parameter_invalid", "Invalid boolean: a hash", "flag"),
        ("currency=xyz", "currency_not_supported", "Invalid currency: xyz.", "currency"),
        ("currency=dollars", "currency_not_supported", "Invalid currency: dollars.", "currency"),
        ("currency=dem", "currency_not_supported", "Invalid currency: dem.", "currency"),
        ("currency=xau", "currency_not_supported", "Invalid currency: xau.", "currency"),
        ("currency=", "parameter_invalid_empty", UNSET, "currency"),
        (
            "method=fast",
            "parameter_invalid",
            "Invalid method: must be one of standard or instant. Received: fast",
            "method",
        ),
        ("kind=other", "parameter_invalid", "Invalid kind: must be only.", "kind"),
        ("method=", "parameter_invalid_empty", UNSET, "method"),
        ("method[a]=1", "parameter_invalid", "Invalid string: a hash", "method"),
        ("name=", "parameter_invalid_empty", "empty string for 'name', " + UNSET, "name"),
        ("name[a]=b", "parameter_invalid", "Invalid string: a hash", "name"),
        ("descriptor=" + "x" * 23, "parameter_invalid", "must be at most 22", "descriptor"),
        ("word=a1", None, "Not letters: a1", "word"),
        ("bank=x", "parameter_invalid", "Invalid hash: x", "bank"),
        ("bank[country]=us", "parameter_invalid", "must match ^[A-Z]{2}$", "bank[country]"),
        (
            "bank[country]=US&bank[account_number]=123",
            "parameter_invalid",
            "Invalid bank[account_number]: must be at least 4 characters",
            "bank[account_number]",
        ),
        (
            "bank[account_number]=1234",
            "parameter_missing",
            "Missing required param: bank[country].",
            "bank[country]",
        ),
        (
            "lines[0][memo]=x",
            "parameter_missing",
            "Missing required param: lines[0][amount].",
            "lines[0][amount]",
        ),
        (
            "lines[1][amount]=x",
            "parameter_invalid_integer",
            "Invalid integer: x",
            "lines[1][amount]",
        ),
        ("source[]=x", "parameter_invalid", "Invalid string: an array", "source"),
        ("source=", "parameter_invalid_empty", UNSET, "source"),
        ("lines=x", "parameter_invalid", "Invalid array: x", "lines"),
        ("lines=", "parameter_invalid_empty", UNSET, "lines"),
        ("tags[a]=x", "parameter_invalid", "Invalid array: a is not an index of tags", "tags"),
        ("tags[00]=x", "parameter_invalid", "00 is not an index of tags", "tags"),
        ("tags[-1]=x", "parameter_invalid", "-1 is not an index of tags", "tags"),
        ("tags[9999999]=x", "parameter_invalid", "9999999 is not an index", "tags"),
        ("tags[%C2%B2]=x", "parameter_invalid", "² is not an index", "tags"),
        ("&".join(f"lines[{n}][amount]=1" for n in range(4)), "parameter_invalid", "3", "lines"),
        ("counts[a]=x", "parameter_invalid_integer", "Invalid integer: x", "counts[a]"),
        ("counts=x", "parameter_invalid", "Invalid hash: x", "counts"),
        ("counts=", "parameter_invalid_empty", UNSET, "counts"),
        ("counts[a]=1&counts[b]=1&counts[c]=1", "parameter_invalid", "at most 2", "counts"),
        ("metadata=x", "parameter_invalid", "Invalid hash: x", "metadata"),
        ("metadata[a][b]=x", "parameter_invalid", "Invalid string: a hash", "metadata[a]"),
        ("metadata[]=x", "parameter_invalid", "Invalid hash: an array", "metadata"),
        ("metadata[%s]=x" % ("k" * 41), "parameter_invalid", "1 to 40 characters", "metadata"),
        ("metadata[a]=" + "v" * 501, "parameter_invalid", "has 501", "metadata[a]"),
        (
            "&".join(f"metadata[k{n}]=v" for n in range(51)),
            "parameter_invalid",
            "at most 50",
            "metadata",
        ),
        ("created=x", "parameter_invalid_integer", "Invalid integer: x", "created"),
        ("created[gte]=x", "parameter_invalid_integer", "Invalid integer: x", "created[gte]"),
        ("created[ge]=1", "parameter_unknown", "unknown parameter: created[ge]", "created[ge]"),
        ("nope=1", "parameter_unknown", "Received unknown parameter: nope", "nope"),
        ("from_=1", "parameter_unknown", "Received unknown parameter: from_", "from_"),
        ("a=1&amount=x&b=2", "parameter_unknown", "Received unknown parameters: a, b", "a"),
        ("bank[nope]=1", "parameter_unknown", "unknown parameter: bank[nope]", "bank[nope]"),
        (
            "lines[0][nope]=1",
            "parameter_unknown",
            "unknown parameter: lines[0][nope]",
            "lines[0][nope]",
        ),
    ],
)
def test_refusals_of_a_form(body: str, code: str | None, message: str, param: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(message)) as refused:
        form(body)
    assert (refused.value.code, refused.value.param) == (code, param)


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        ({"amount": 5}, "amount", 5),
        ({"amount": None}, "amount", None),
        ({"flag": True}, "flag", True),
        ({"description": None}, "description", ""),
        ({"description": "é\n"}, "description", "é\n"),
        ({"tags": ["a"]}, "tags", ["a"]),
        ({"lines": [{"amount": 1, "memo": None}]}, "lines", [Line(amount=1)]),
        ({"metadata": {"a": None, "b": "x"}}, "metadata", {"a": "", "b": "x"}),
        ({"metadata": None}, "metadata", ""),
        (b'{"name": "\\u00e9 \\\\u0000 \\ud83d\\ude00"}', "name", "é \\u0000 😀"),
    ],
)
def test_values_of_json(body: Any, name: str, value: object) -> None:
    if name == "name":
        with pytest.raises(InvalidRequest, match="surrogate"):
            from_json(body.replace(b"\\ude00", b""))
    assert getattr(from_json(body), name) == value


@pytest.mark.parametrize(
    ("body", "code", "message", "param"),
    [
        (b'{"number": "5"}', "parameter_invalid_integer", "Invalid integer: 5", "number"),
        (b'{"number": 1.0}', "parameter_invalid_integer", "Invalid integer: 1.0", "number"),
        (b'{"number": 1e400}', "parameter_invalid_integer", "Invalid integer: 1e400", "number"),
        (b'{"number": NaN}', "parameter_invalid_integer", "Invalid integer: NaN", "number"),
        (b'{"number": -Infinity}', "parameter_invalid_integer", "-Infinity", "number"),
        (b'{"number": true}', "parameter_invalid_integer", "Invalid integer: true", "number"),
        (b'{"number": 9223372036854775808}', "parameter_invalid_integer", "8", "number"),
        (b'{"number": %s}' % (b"9" * 5_000), "parameter_invalid_integer", "999", "number"),
        (b'{"name": 1.5}', "parameter_invalid", "Invalid string: 1.5", "name"),
        (b'{"name": 5}', "parameter_invalid", "Invalid string: 5", "name"),
        (b'{"method": 1.5}', "parameter_invalid", "Invalid string: 1.5", "method"),
        (b'{"flag": "true"}', "parameter_invalid", "Invalid boolean: true", "flag"),
        (b'{"metadata": {"a": 1}}', "parameter_invalid", "Invalid string: 1", "metadata[a]"),
        (b'{"metadata": {"a]": "1"}}', "parameter_invalid", "square brackets", "metadata"),
        (b'{"lines": {"0": {}}}', "parameter_invalid", "Invalid array: a hash", "lines"),
        (b'{"nope": 1}', "parameter_unknown", "unknown parameter: nope", "nope"),
        (b'{"number": 1, "number": 2}', "parameter_invalid", "more than once: number", "number"),
        (b"[]", "request_body_invalid", "it must be an object", None),
        (b"", "request_body_invalid", "Expecting value at line 1, column 1", None),
        (b'{"a": }', "request_body_invalid", "line 1, column 7", None),
        (b'{"a": 1} x', "request_body_invalid", "Extra data", None),
        (b'{"name": "\xff"}', "request_body_invalid", "not UTF-8 at byte 10", None),
        (b'{"name": "\\ud800"}', "request_body_invalid", "half a surrogate pair", None),
        (b'{"name": "\\u0000"}', "request_body_invalid", "null character", None),
        (b'{"\\u0000": []}', "request_body_invalid", "null character", None),
        (b'{"name": "\x00"}', "request_body_invalid", "Invalid control character", None),
        (b"[" * 65 + b"]" * 65, "request_body_invalid", "at most 64 levels", None),
        (b'{"a":[' * 33 + b"]}" * 33, "request_body_invalid", "at most 64 levels", None),
        (b"[" * 100_000, "request_body_invalid", "at most 64 levels", None),
        (b'{"a": ' * 100_000, "request_body_invalid", "at most 64 levels", None),
    ],
)
def test_refusals_of_json(body: bytes, code: str, message: str, param: str | None) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(message)) as refused:
        from_json(body)
    assert (refused.value.code, refused.value.param) == (code, param)


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 2_000_000,
        b"[" * 4_000_000,
        b"[]" * 2_000_000,
        b"([" * 2_000_000,
        (b"[" * 60 + b"]" * 60) * 30_000,
        b'{"a":' * 800_000,
        b'{"a":[' + b"1," * 2_000_000 + b"1]}",
        b'{"a":"' + b"\\u0000" * 600_000 + b'"}',
        b'{"a":' + b"1" * 4_000_000 + b"}",
    ],
    ids=range(9),
)
def test_hostile_json_takes_little_time(body: bytes) -> None:
    started = time.process_time()
    try:
        json_body.decode(body)
    except InvalidRequest as refused:
        assert len(refused.message) < 300  # noqa: PT017 - a number of a million digits is read
    assert time.process_time() - started < 1


def test_json_may_be_64_levels_deep_and_brackets_in_texts_do_not_count() -> None:
    body = b'{"a":' + b"[" * 63 + b'"' + b"[{" * 100 + b'\\""' + b"]" * 63 + b"}"
    assert list(json_body.decode(body)) == ["a"]


@given(st.recursive(st.integers() | st.text() | st.booleans() | st.none(), st.lists))
def test_json_comes_back(value: Any) -> None:
    try:
        decoded = json_body.decode(json.dumps({"a": value}).encode())
    except InvalidRequest as refused:
        assert "text holds" in refused.message  # noqa: PT017 - texts that nothing can store
    else:
        assert decoded == {"a": value} or "e" in str(value) or len(str(value)) > 20


@given(st.binary(max_size=60) | st.text('{}[]":,0e.nul\\', max_size=40).map(str.encode))
def test_any_bytes_are_an_object_or_a_refusal(body: bytes) -> None:
    try:
        assert isinstance(json_body.decode(body), dict)
    except InvalidRequest as refused:
        assert refused.code  # noqa: PT017 - both outcomes are right, neither is expected


@given(st.integers(min_value=-(2**64), max_value=2**64))
def test_integers_are_exactly_the_64_bit_ones(number: int) -> None:
    try:
        assert form(f"number={number}").number == number
        assert -(2**63) <= number < 2**63
    except ApiError:
        assert not -(2**63) <= number < 2**63


def test_a_required_parameter_is_asked_for_by_name() -> None:
    with pytest.raises(InvalidRequest, match=re.escape("Missing required param: amount.")) as got:
        form("", Line)
    assert (got.value.code, got.value.param) == ("parameter_missing", "amount")


def test_items_that_stand_apart_refuse_only_themselves() -> None:
    class Several(Params):
        lines: Annotated[Apart[Line], Meta(max_length=3)]

    good, bad, last = from_json(
        {"lines": [{"amount": 1}, {"amount": 0}, {"amount": 2}]}, Several
    ).lines
    assert (good, last) == (Line(amount=1), Line(amount=2))
    assert isinstance(bad, InvalidRequest)
    assert bad.param == "lines[1][amount]"
    with pytest.raises(InvalidRequest, match="at most 3"):
        from_json({"lines": [{"amount": 1}] * 4}, Several)


def test_changes_are_what_was_sent() -> None:
    params = form("description=&name=x&metadata[a]=1")
    assert params.changes() == {"limit": 10, "description": None, "name": "x"}


@pytest.mark.parametrize(
    ("update", "after"),
    [
        (None, {"a": "1", "b": "2"}),
        ("", {}),
        ({}, {"a": "1", "b": "2"}),
        ({"b": ""}, {"a": "1"}),
        ({"b": "3", "c": "4"}, {"a": "1", "b": "3", "c": "4"}),
    ],
)
def test_metadata_merges(update: Any, after: dict[str, str]) -> None:
    assert merged({"a": "1", "b": "2"}, update) == after


def test_metadata_has_at_most_fifty_keys_after_an_update() -> None:
    stored = {str(n): "x" for n in range(50)}
    with pytest.raises(InvalidRequest, match="at most 50 metadata keys"):
        merged(stored, {"new": "x"})
    assert len(merged(stored, {"new": "x", "0": ""})) == 50


@pytest.mark.parametrize("kind", [float, int | str, dict, set[str], Line | BankAccount])
def test_a_type_that_no_request_can_carry_is_our_mistake(kind: Any) -> None:
    class Bad(Params):
        value: kind

    with pytest.raises(TypeError):
        decoder(Bad)
