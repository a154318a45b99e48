"""The tree that is drawn is the tree that is."""

import inspect
import re

import pytest

from bezant.kernel import errors
from bezant.kernel.errors import ApiError, BezantError, FileRefused, InvalidRequest, Problem


def classes(root=BezantError):
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from classes(child)


def drawn():
    """Read the drawing as pairs of a name and its indentation."""
    return re.findall(r"^( *)([A-Z]\w+)", inspect.cleandoc(errors.__doc__), re.MULTILINE)


def test_every_error_is_drawn_at_the_head_of_the_file():
    names = [name for _, name in drawn() if hasattr(errors, name)]
    assert sorted(names) == sorted(found.__name__ for found in set(classes()))


def test_every_error_stands_below_its_parent_or_beside_it():
    depth = {name: len(indent) for indent, name in drawn()}
    for error in set(classes()) - {BezantError}:
        assert depth[error.__base__.__name__] <= depth[error.__name__]


@pytest.mark.parametrize(
    ("name", "status", "type", "code"),
    [
        ("InvalidRequest", 400, "invalid_request_error", None),
        ("IdempotencyMismatch", 400, "idempotency_error", None),
        ("InsufficientFunds", 400, "invalid_request_error", "balance_insufficient"),
        ("Unauthenticated", 401, "invalid_request_error", None),
        ("Forbidden", 403, "invalid_request_error", None),
        ("NotFound", 404, "invalid_request_error", "resource_missing"),
        ("KeyInUse", 409, "invalid_request_error", "idempotency_key_in_use"),
        ("RateLimited", 429, "invalid_request_error", "rate_limit"),
        ("InternalError", 500, "api_error", None),
        ("Unavailable", 503, "api_error", None),
    ],
)
def test_what_a_client_is_told(name, status, type, code):
    error = getattr(errors, name)("What happened.", param="amount")
    assert isinstance(error, ApiError)
    assert (error.status, error.type, error.code) == (status, type, code)
    assert (error.message, error.param, str(error)) == ("What happened.", "amount", error.message)
    assert not error.extra


def test_a_code_of_its_own_goes_before_the_usual_one():
    error = InvalidRequest("No.", code="parameter_unknown", extra={"charge": "ch_1"})
    assert error.code == "parameter_unknown"
    assert error.extra == {"charge": "ch_1"}


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(3, None, "too short"), "line 3: too short"),
        (Problem(None, "Stmt/Bal", "missing"), "Stmt/Bal: missing"),
        (Problem(3, "field 5", "not a date"), "line 3, field 5: not a date"),
        (Problem(None, None, "empty"), "empty"),
    ],
)
def test_a_problem_says_where_and_why(problem, text):
    assert str(problem) == text


def test_a_refused_file_keeps_every_problem():
    problems = [Problem(1, None, "no header"), Problem(9, None, "no trailer")]
    refused = FileRefused(problems)
    assert refused.problems == tuple(problems)
    assert str(refused) == "line 1: no header; line 9: no trailer"
    with pytest.raises(AssertionError):
        FileRefused([])
