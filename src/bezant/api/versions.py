"""Versions of the API: which there are, and what changes for clients written for older ones.

Operations speak the newest version alone. Each incompatible change is an entry of CHANGES: a pure
function for the parameters of older clients, and one for the objects that they are answered.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, cast

import msgspec

from bezant.api.runtime import API_VERSION
from bezant.kernel.codec import encode_json
from bezant.kernel.errors import InvalidRequest

Tree = dict[str, Any]

_FORM = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.([a-z]+))?(?:\s*;.*)?", re.ASCII)
_LONGEST = 255
_FIRST = "2011-01-01"
_RELEASES = (
    ("acacia", "2024-09-30"),
    ("basil", "2025-03-31"),
    ("clover", "2025-09-30"),
    ("dahlia", "2026-03-25"),
    ("endive", "2026-09-30"),
)
"""The named releases and the day of the first version of each; before them, days have no name."""

_CLI = "stripe-cli"
_CLI_SPEAKS = "2026-08-26.dahlia"
"""In whose words the official command line writes its requests, which name no version."""


class Change(NamedTuple):
    """What `version` changed for the objects of some kinds.

    `request` makes parameters of an older client new ones, `response` an object of the newest
    version an older one; `marks` are members of which an object has at least one if that matters.
    What is about `creating` concerns no other parameters.
    """

    version: str
    kinds: frozenset[str]
    marks: tuple[str, ...]
    request: Callable[[Tree], Tree]
    response: Callable[[Tree], Tree]
    creating: bool = False


def renamed(old: str, new: str) -> Callable[[Tree], Tree]:
    """Return what gives a parameter its new name, unless that was sent, too."""

    def change(tree: Tree) -> Tree:
        if old not in tree or new in tree:
            return tree
        return {new if name == old else name: value for name, value in tree.items()}

    return change


def without(*names: str) -> Callable[[Tree], Tree]:
    """Return what takes members out of an object."""
    return lambda tree: {name: value for name, value in tree.items() if name not in names}


def cards_alone(tree: Tree) -> Tree:
    """Name cards as what is taken where nobody says what is."""
    said = ("allowed_payment_method_types", "automatic_payment_methods", "payment_method_types")
    return tree if any(name in tree for name in said) else tree | {said[2]: ["card"]}


CHANGES = (
    Change(
        version="2023-08-16",
        kinds=frozenset({"payment_intent", "setup_intent"}),
        marks=(),
        request=cards_alone,
        response=dict,
        creating=True,
    ),
    Change(
        version="2026-09-30.endive",
        kinds=frozenset({"payment_intent", "setup_intent", "checkout.session"}),
        marks=("allowed_payment_method_types",),
        request=renamed("payment_method_types", "allowed_payment_method_types"),
        response=without("allowed_payment_method_types"),
    ),
)
"""Every change that clients can feel, oldest first."""

CHANGED = frozenset(kind for change in CHANGES for kind in change.kinds)
"""The kinds of object that any version has changed."""


def checked(header: str) -> str:
    """Return the version that a header names; InvalidRequest for one that there is not."""
    if not _is_known(header):
        shown = header[:80] if header.isprintable() else "an unprintable text"
        raise InvalidRequest(
            f"Invalid Stripe API version: {shown}. Versions are dates from {_FIRST} on, the newest "
            f"here is {API_VERSION}.",
            code="api_version_invalid",
        )
    return header


def spoken(version: str, user_agent: str | None) -> str:
    """Return the version in whose words a request that names none is written."""
    return _CLI_SPEAKS if user_agent and _CLI in user_agent else version


@lru_cache(maxsize=256)
def since(version: str) -> Sequence[Change]:
    """Return the changes after a version, oldest first; for the newest there are none."""
    return [change for change in CHANGES if version[:10] < change.version[:10]]


def upgraded(tree: Tree, kind: str, version: str, *, creating: bool) -> Tree:
    """Return parameters of a client of that version in the words of the newest."""
    for change in since(version):
        if kind in change.kinds and (creating or not change.creating):
            tree = change.request(tree)
    return tree


def downgraded(body: str, version: str) -> str:
    """Return an answer of the newest version, as JSON, as a client of that version knows it."""
    changes = [
        change
        for change in reversed(since(version))
        if any(f'"{mark}"' in body for mark in change.marks)
    ]
    if not changes:
        return body
    return encode_json(_downgraded(msgspec.json.decode(body), changes)).decode()


def _downgraded(node: Any, changes: Sequence[Change]) -> Any:
    if isinstance(node, list):
        return [_downgraded(item, changes) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    tree = {name: _downgraded(value, changes) for name, value in cast("Tree", node).items()}
    for change in changes:
        if tree.get("object") in change.kinds:
            tree = change.response(tree)
    return tree


@lru_cache(maxsize=256)
def _is_known(header: str) -> bool:
    form = _FORM.fullmatch(header)
    if form is None or len(header) > _LONGEST or not header.isprintable():
        return False
    day, release = form.groups()
    return _is_day(day) and _FIRST <= day <= API_VERSION[:10] and release in _released(day)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _released(day: str) -> tuple[str | None, ...]:
    """Return the names that a version of a day can have."""
    names = [name for name, first in _RELEASES if first <= day]
    return (names[-1], "preview") if names else (None,)
