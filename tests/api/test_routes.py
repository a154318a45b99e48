"""Declarations: what is said of an operation before any call, and what may not be said."""

import pytest

from bezant.api.app import create_app, operations_of
from bezant.api.context import Context
from bezant.api.operation import Options, declared, template
from bezant.api.params import Params
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from tests.api.shop import ROUTES, Label, Parcel, World


@pytest.mark.parametrize("permission", ["", "parcel", "parcel:look", "parcel:write"])
def test_an_operation_without_its_permission_cannot_be_declared(permission: str) -> None:
    async def look(ctx: Context) -> None:
        """Look."""

    with pytest.raises(AssertionError, match="GET /v1/things"):
        declared("GET", "/v1/things", look, permission=permission, options=Options())


def test_every_operation_is_known_with_its_facts() -> None:
    told = [(each.method, each.path, each.name, each.permission) for each in operations_of(ROUTES)]
    assert told == [
        ("GET", "/v1/shelves", "shelves.list", "shelf:read"),
        ("GET", "/v1/shelves/{id}", "shelves.retrieve", "shelf:read"),
        ("POST", "/v1/shelves", "shelves.create", "shelf:write"),
        ("GET", "/v1/parcels", "parcels.list", "parcel:read"),
        ("GET", "/v1/parcels/{id}", "parcels.retrieve", "parcel:read"),
        ("POST", "/v1/parcels", "parcels.create_parcel", "parcel:write"),
        ("POST", "/v1/parcels/{id}", "parcels.update", "parcel:write"),
        ("DELETE", "/v1/parcels/{id}", "parcels.delete", "parcel:write"),
        ("POST", "/v1/parcels/{id}/ship", "parcels.ship", "parcel:write"),
        ("GET", "/v1/parcels/{parcel}/labels", "parcels.labels.list", "label:read"),
        ("GET", "/v1/parcels/{parcel}/labels/{id}", "parcels.labels.retrieve", "label:read"),
        ("POST", "/v1/parcels/{parcel}/labels", "parcels.labels.stick", "label:write"),
        (
            "POST",
            "/v1/parcels/{parcel}/labels/{id}/read_aloud",
            "parcels.labels.read_aloud",
            "label:write",
        ),
        ("GET", "/v1/desk/{drawer}", "desk.look", "parcel:read"),
        ("GET", "/v1/desk/{drawer}/parcels", "desk.parcels.search", "parcel:read"),
        ("POST", "/v1/desk/batch", "desk.batch", "parcel:write"),
        ("POST", "/v1/desk/photos", "desk.photos.take_photo", "parcel:write"),
        ("GET", "/v1/open", "open.doors", "parcel:read"),
        ("GET", "/v2/shop/crates", "shop.crates.list", "shop.crate:read"),
        ("GET", "/v2/shop/crates/{id}", "shop.crates.retrieve", "shop.crate:read"),
        ("POST", "/v2/shop/crates", "shop.crates.build", "shop.crate:write"),
        ("DELETE", "/v2/shop/crates/{id}", "shop.crates.break_up", "shop.crate:write"),
    ]
    assert all(each.doc and issubclass(each.params, Params) for each in operations_of(ROUTES))


def test_arguments_follow_the_path() -> None:
    by_name = {each.name: each.arguments for each in operations_of(ROUTES)}
    assert by_name["parcels.labels.read_aloud"] == (Parcel, Label)
    assert by_name["desk.look"] == (None,)


def test_filters_become_columns() -> None:
    assert Parcel.filters == {"status": "status", "shelf": "source", "fragile": "type"}
    assert Label.filters == {"parcel": "parent"}
    label = Label(id="lbl_1", parcel="par_1", text="x")
    assert label.columns() == {"parent": "par_1"}


def test_places_of_the_router_have_one_name() -> None:
    assert template("/v1/a/{b}/c/{d}") == "/v1/a/{p0}/c/{p1}"


class Thing(Resource, tag="thing"):
    """Anything."""


class Untyped(Params):
    value: float


def test_fields_may_stand_in_any_order() -> None:
    class Mixed(Params):
        first: int = 1
        second: str

    assert Mixed(second="x").first == 1


def test_a_signature_that_does_not_fit_its_path_stops_the_start() -> None:
    routes = Routes(Thing, "/v1/things", prefix="th")

    async def update(ctx: Context, params: Params) -> Thing:
        raise AssertionError(ctx, params)

    with pytest.raises(AssertionError, match="needs"):
        routes.update(update)


def test_an_operation_cannot_be_declared_twice(shop: World) -> None:
    routes = Routes(Thing, "/v1/things", prefix="th")

    async def create(ctx: Context) -> Thing:
        raise AssertionError(ctx)

    routes.create(create)
    with pytest.raises(AssertionError, match="is there already"):
        routes.create(create)
    again = Routes(Thing, "/v1/things", prefix="th")
    with pytest.raises(AssertionError, match="declared twice"):
        create_app([routes, again], shop)


def test_a_parameter_that_no_request_can_carry_stops_the_start(shop: World) -> None:
    routes = Routes(Thing, "/v1/things", prefix="th")

    async def create(ctx: Context, params: Untyped) -> Thing:
        raise AssertionError(ctx, params)

    routes.create(create)
    with pytest.raises(TypeError, match="float"):
        create_app([routes], shop)


def test_a_list_needs_the_prefix_of_its_ids() -> None:
    with pytest.raises(AssertionError, match="prefix"):
        Routes(Thing, "/v1/things")
