"""What a key may do: restricted keys by permission, publishable ones hardly anything."""

import pytest

from bezant.api.app import operations_of
from bezant.api.backend import Key
from tests.api.shop import PUBLISHABLE, RESTRICTED, ROUTES, World

RK = f"Bearer {RESTRICTED}"


def refusal(permission: str, account: str = "acct_platform") -> str:
    return (
        f"The provided key 'rk_test_****t7u8' does not have the required permissions for this "
        f"endpoint on account '{account}'. Having the '{permission}' permission would allow this "
        "request to continue."
    )


def test_a_restricted_key_does_what_it_may(shop: World) -> None:
    made = shop.post("/v1/parcels", "amount=5&currency=usd", Authorization=RK)
    assert made.status == 200
    path = f"/v1/parcels/{made.json['id']}"
    assert shop.get(path, Authorization=RK).status == 200, "write implies read"
    assert shop.get("/v1/shelves", Authorization=RK).status == 200


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("POST", "/v1/shelves", "shelf:write"),
        ("POST", "/v1/parcels/par_1/labels", "label:write"),
        ("GET", "/v1/parcels/par_1/labels", "label:read"),
    ],
)
def test_a_restricted_key_does_nothing_else(
    shop: World, method: str, path: str, permission: str
) -> None:
    answer = shop.ask(method, path, Authorization=RK)
    assert (answer.status, answer.error["code"]) == (403, "permission_missing")
    assert answer.error["type"] == "invalid_request_error"
    assert answer.error["message"] == refusal(permission)
    answer = shop.ask(method, path, Authorization=RK, Stripe_Account="acct_child")
    assert answer.error["message"] == refusal(permission, "acct_child")


def test_a_restricted_key_expands_what_it_may_read(shop: World) -> None:
    name = shop.pack()
    shop.keys[RESTRICTED] = shop.keys[RESTRICTED]._replace(permissions=frozenset({"parcel:read"}))
    path = f"/v1/parcels/{name}"
    assert shop.get(f"{path}?expand[]=twin", Authorization=RK).status == 200
    answer = shop.get(f"{path}?expand[]=twin.shelf", Authorization=RK)
    assert (answer.status, answer.error["message"]) == (403, refusal("shelf:read"))


@pytest.mark.parametrize("access", ["read", "write"])
def test_a_key_may_be_restricted_to_reading_or_writing_everything(shop: World, access: str) -> None:
    name = shop.pack()
    permissions = frozenset({f"*:{access}"})
    shop.keys[RESTRICTED] = shop.keys[RESTRICTED]._replace(permissions=permissions)
    assert shop.get(f"/v1/parcels/{name}", Authorization=RK).status == 200
    written = shop.post(f"/v1/parcels/{name}", "description=x", Authorization=RK)
    assert written.status == (200 if access == "write" else 403)


def test_each_operation_needs_its_permission_and_no_other(shop: World) -> None:
    operations = operations_of(ROUTES)
    permissions = {each.permission for each in operations}
    for operation in operations:
        path = operation.path.format(**dict.fromkeys(("id", "parcel", "drawer"), "x_1"))
        for permission in permissions:
            shop.keys["rk"] = Key(
                "key_9", "acct_platform", livemode=False, kind="restricted",
                permissions=frozenset({permission}),
            )  # fmt: skip
            answer = shop.ask(operation.method, path, Authorization="Bearer rk")
            resource, _, access = operation.permission.partition(":")
            granted = {f"{resource}:write", f"{resource}:{access}"}
            assert (answer.status == 403) is (permission not in granted), (path, permission)


def test_a_publishable_key_does_what_is_declared_for_it_and_no_more(shop: World) -> None:
    pk = f"Bearer {PUBLISHABLE}"
    for operation in operations_of(ROUTES):
        path = operation.path.format(**dict.fromkeys(("id", "parcel", "drawer"), "x_1"))
        answer = shop.ask(operation.method, path, Authorization=pk)
        assert (answer.status == 403) is (not operation.options.publishable), path
