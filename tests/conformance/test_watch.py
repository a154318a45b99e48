"""The watch over all answers sees what is wrong with one, and would see it in any test."""

from typing import Any

import pytest

from bezant.api.operation import Operation
from bezant.server.wiring import ROUTES
from tests.conformance.watch import Nonconforming, answer_faults
from tests.resources.office import Office
from tests.resources.shapes import WHOLE

OPERATIONS = {each.name: each for routes in ROUTES for each in routes.operations}
REFUSAL = {"type": "invalid_request_error", "message": "No.", "code": "resource_missing"}


def told(name: str, status: int, body: Any) -> list[str]:
    operation: Operation = OPERATIONS[name]
    return list(answer_faults(operation, status, body))


def test_the_surface_is_whole() -> None:
    assert len(WHOLE["operations"]) == 648
    assert all(params in WHOLE["params"] for _, _, params, _ in WHOLE["operations"])


def test_errors() -> None:
    assert told("payouts.create", 400, {"error": REFUSAL}) == []
    for wrong in (
        REFUSAL | {"code": "no_such_code"},
        REFUSAL | {"type": "strange"},
        REFUSAL | {"message": ""},
        REFUSAL | {"reason": "because"},
        REFUSAL | {"param": None},
    ):
        assert told("payouts.create", 400, {"error": wrong}) != [], wrong
    assert told("payouts.create", 400, {"detail": "no"}) != []


def test_lists_and_deleted_objects() -> None:
    page = {"object": "list", "data": [], "has_more": False, "url": "/v1/payouts"}
    assert told("payouts.list_all", 200, page) == []
    assert told("payouts.list_all", 200, page | {"next": None}) != []
    assert told("payouts.list_all", 200, page | {"data": [{"id": "po_1"}]}) != []
    gone = {"id": "acct_1", "object": "account", "deleted": True}
    assert told("accounts.delete", 200, gone) == []
    assert told("accounts.delete", 200, gone | {"email": None}) != []


def test_what_is_ours_is_held_against_our_own_structs() -> None:
    assert told("ledger.accounts.retrieve", 200, {"object": "ledger.account", "id": "la_1"}) != []


def test_every_test_is_watched(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.get("/v1/balance")
    monkeypatch.setitem(WHOLE["resources"]["Balance"]["fields"], "luck", ["int", ""])
    with pytest.raises(Nonconforming, match="luck is missing"):
        office.get("/v1/balance")
