"""The query language of search: what it means, and how it is refused."""

import pytest

from bezant.api.search import metadata, number, parsed, text, token
from bezant.kernel.errors import InvalidRequest
from bezant.store.search import Condition, Filter

FIELDS = {
    "amount": number("amount"),
    "created": number("created"),
    "status": token("status", column="status"),
    "name": text("shipping.name"),
    "metadata": metadata(),
}
AMOUNT, STATUS, NAME, METADATA = (FIELDS[n] for n in ("amount", "status", "name", "metadata"))


@pytest.mark.parametrize(
    ("query", "conditions"),
    [
        ("amount:5", [Condition(AMOUNT, ":", 5)]),
        ('amount:"5"', [Condition(AMOUNT, ":", 5)]),
        ("amount>-1", [Condition(AMOUNT, ">", -1)]),
        (" amount>=1 amount<=2 ", [Condition(AMOUNT, ">=", 1), Condition(AMOUNT, "<=", 2)]),
        ("status:'paid'", [Condition(STATUS, ":", "paid")]),
        ('-status:"paid"', [Condition(STATUS, ":", "paid", negated=True)]),
        ("status:null", [Condition(STATUS, "null")]),
        ('status:"null"', [Condition(STATUS, ":", "null")]),
        (r'name:"a \"b\" \\c"', [Condition(NAME, ":", r'a "b" \c')]),
        (r"name:'it\'s'", [Condition(NAME, ":", "it's")]),
        ('name~"jan"', [Condition(NAME, "~", "jan")]),
        ('name:"x AND y"', [Condition(NAME, ":", "x AND y")]),
        ('metadata["a b"]:"c"', [Condition(METADATA, ":", "c", "a b")]),
        ("metadata['k']~'abc'", [Condition(METADATA, "~", "abc", "k")]),
        ("-metadata['k']:null", [Condition(METADATA, "null", None, "k", negated=True)]),
        ('name:""', [Condition(NAME, ":", "")]),
    ],
)
def test_conditions(query: str, conditions: list[Condition]) -> None:
    assert parsed(query, FIELDS) == Filter(conditions)


@pytest.mark.parametrize(
    ("query", "either"),
    [
        ("amount:1 AND amount:2", False),
        ("amount:1 amount:2", False),
        ("amount:1  OR  amount:2", True),
        ("amount:1 or amount:2 or amount:3", True),
    ],
)
def test_joints(query: str, either: bool) -> None:
    assert parsed(query, FIELDS).either is either


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("amount:1 AND amount:2 OR amount:3", "AND and OR cannot be mixed"),
        ("amount:1 amount:2 OR amount:3", "AND and OR cannot be mixed"),
        ("colour:'red'", "colour is no field to search by; there are amount, created, metadata"),
        ("status~'paid'", "status is compared by : and not by ~"),
        ("status>'paid'", "status is compared by : and not by >"),
        ("amount~'555'", "amount is compared by : > < >= <= and not by ~"),
        ("amount:'5.0'", "amount is a whole number and not 5.0"),
        ("amount:1111111111111111111", "amount is a whole number"),
        ("name~'ab'", "a part of name has at least 3 characters"),
        ("name:5", "the value of name stands in quotation marks"),
        ("name>null", "null is compared with a colon"),
        ("metadata:'x'", 'metadata is searched by its key, as in metadata["order"]'),
        ("name['x']:'y'", "metadata is searched by its key"),
        ("name:'a\0b'", "null character"),
        ("amount:1 AND", "from character 10 on (AND)"),
        ("(amount:1)", "from character 1 on ((amount:1))"),
        ('amount:1 name:"open', "from character 10 on"),
        ("amount:1name:'x'", "from character 9 on"),
        ("amount : 1", "from character 1 on"),
        ("   ", "from character 4 on (its end)"),
        (" ".join(["amount:1"] * 11), "at most 10 conditions"),
    ],
)
def test_queries_that_are_refused(query: str, told: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parsed(query, FIELDS)
    assert told in refusal.value.message
    assert (refusal.value.code, refusal.value.param) == ("search_query_invalid", "query")


@pytest.mark.parametrize("pattern", ['"\\', "a", "a.", "-", "metadata['", " AND", "'", "amount:1 "])
def test_no_query_is_gone_through_again_and_again(pattern: str) -> None:
    """One that is tried in exponentially many ways never comes to its end here."""
    query = (pattern * 2_000)[:2_000]
    with pytest.raises(InvalidRequest):
        parsed(query, FIELDS)
