"""The table of error codes: each code that the source raises is explained, and no other."""

import ast
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import bezant
from bezant.api.error_codes import ERROR_CODES
from tests.api.shop import World

SOURCE = Path(bezant.__file__).parent


def raised_codes() -> set[str]:
    """Every text given as `code=` to an error, as a default, or paired with a message."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = constants_of(tree)
        for node in ast.walk(tree):
            found |= codes_of(node, constants)
    return found


def answered_codes() -> set[str]:
    """Every text where what networks and banks answer becomes words of the API."""
    folders = ("rails/cards/*.py", "resources/core/card*.py", "resources/payments/*.py")
    paths = [path for folder in folders for path in SOURCE.glob(folder)]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    return {node.value for tree in trees for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip


def constants_of(tree: ast.Module) -> dict[str, Any]:
    """The module's own names for values."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def codes_of(node: ast.AST, constants: dict[str, Any]) -> set[str]:
    if isinstance(node, ast.Call) and (isinstance(node.func, ast.Name)):
        errors = {
            "ApiError",
            "InvalidRequest",
            "NotFound",
            "Forbidden",
            "Unauthenticated",
            "CardError",
        }
        errors |= {"RateLimited", "KeyInUse", "InsufficientFunds", "IdempotencyMismatch"}
        if node.func.id in errors:
            given = [each.value for each in node.keywords if each.arg == "code"]
            named = {constants.get(each.id) for each in given if isinstance(each, ast.Name)}
            told = {each.value for each in given if isinstance(each, ast.Constant)} | named
            return told - {None}
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        if "default_code" in names and isinstance(node.value.value, str):
            return {node.value.value}
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        if "REFUSALS" in names:
            pairs = [value for value in node.value.values if isinstance(value, ast.Tuple)]
            return {pair.elts[1].value for pair in pairs}
    return set()


def test_the_table_has_every_code_once_in_order() -> None:
    codes = [each.code for each in ERROR_CODES]
    assert codes == sorted(set(codes))


def test_the_table_has_every_code_that_is_raised() -> None:
    raised = raised_codes()
    assert len(raised) > 15
    assert raised - {each.code for each in ERROR_CODES} == set()


def test_the_table_has_no_code_that_is_never_raised() -> None:
    assert {each.code for each in ERROR_CODES} - raised_codes() - answered_codes() == set()


class Page(HTMLParser):
    """The anchors of a page and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.anchors.add(str(values["id"]))
        if tag == "a":
            self.links.append(str(values["href"]))
        if values.get("src") or tag in ("link", "script"):
            self.loads.append(tag)


def test_doc_urls_lead_to_the_page(shop: World) -> None:
    answer = shop.get("/docs/errors", Authorization="")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    page = Page()
    page.feed(answer.text)
    assert page.anchors == {each.code for each in ERROR_CODES}
    assert {link.removeprefix("#") for link in page.links} == page.anchors
    assert page.loads == []
    assert "prefers-color-scheme: dark" in answer.text
    refused = shop.post("/v1/parcels", "amount=x")
    path, _, anchor = refused.error["doc_url"].removeprefix(shop.public_url).partition("#")
    assert path == "/docs/errors"
    assert anchor in page.anchors
