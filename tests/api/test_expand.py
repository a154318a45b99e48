"""Expansion: ids become objects, with one statement a level, and bad paths stop everything."""

import pytest

from tests.api.shop import World


@pytest.fixture
def chain(shop: World) -> list[str]:
    """Ids: a shelf, then parcels that each name the one before as twin."""
    shelf = shop.post("/v1/shelves", "text=top").json["id"]
    names = [shelf, shop.pack(shelf=shelf)]
    for _ in range(4):
        names.append(shop.pack(twin=names[-1], shelf=shelf))
    return names


def test_an_id_becomes_an_object(shop: World, chain: list[str]) -> None:
    path = f"/v1/parcels/{chain[1]}"
    assert shop.get(path).json["shelf"] == chain[0]
    got = shop.get(f"{path}?expand[]=shelf").json
    assert got["shelf"] == shop.get(f"/v1/shelves/{chain[0]}").json
    assert shop.get(f"{path}?expand[0]=shelf").json == got
    assert shop.get(f"{path}?expand[]=shelf&expand[]=shelf").json == got


def test_nothing_stays_nothing_and_an_unknown_id_an_id(shop: World) -> None:
    empty = shop.get(f"/v1/parcels/{shop.pack()}?expand[]=shelf").json
    assert empty["shelf"] is None
    lost = shop.get(f"/v1/parcels/{shop.pack(shelf='shf_gone')}?expand[]=shelf").json
    assert lost["shelf"] == "shf_gone"


def test_four_levels_and_no_more(shop: World, chain: list[str]) -> None:
    path = f"/v1/parcels/{chain[5]}?expand[]=twin.twin.twin.shelf"
    got = shop.get(path).json
    assert got["twin"]["twin"]["twin"]["shelf"]["name"] == "top"
    assert got["twin"]["shelf"] == chain[0]
    refused = shop.get(f"/v1/parcels/{chain[5]}?expand[]=twin.twin.twin.twin.shelf")
    assert refused.status == 400
    assert refused.error["message"].startswith("You cannot expand more than 4 levels")


def test_lists_expand_below_data_with_one_statement_a_level(shop: World, chain: list[str]) -> None:
    shop.reader.statements = 0
    got = shop.get("/v1/parcels?expand[]=data.twin.shelf&expand[]=data.shelf").json
    assert {each["shelf"]["name"] for each in got["data"]} == {"top"}
    assert got["data"][0]["twin"]["id"] == chain[4]
    assert got["data"][0]["twin"]["shelf"]["name"] == "top"
    assert got["data"][-1]["twin"] is None
    assert shop.reader.statements == 2


def test_a_list_that_an_operation_makes_expands_too(shop: World, chain: list[str]) -> None:
    got = shop.get("/v1/desk/parcel/parcels?expand[]=data.shelf").json
    assert got["data"][0]["shelf"]["id"] == chain[0]


def test_what_a_post_returns_is_expanded_and_replayed(shop: World, chain: list[str]) -> None:
    body = f"amount=1&currency=usd&shelf={chain[0]}&expand[]=shelf"
    first = shop.post("/v1/parcels", body, Idempotency_Key="k")
    assert first.json["shelf"]["name"] == "top"
    stored = shop.get(f"/v1/parcels/{first.json['id']}").json
    assert stored["shelf"] == chain[0]
    assert shop.post("/v1/parcels", body, Idempotency_Key="k").text == first.text


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("amount", "This property cannot be expanded (amount)."),
        ("nope", "This property cannot be expanded because it doesn't exist: nope."),
        ("shelf.name", "This property cannot be expanded (shelf.name)."),
        ("shelf.nope", "This property cannot be expanded because it doesn't exist: shelf.nope."),
        ("data.shelf", "This property cannot be expanded because it doesn't exist: data.shelf."),
        ("labels", "This property cannot be expanded (labels)."),
        (".", "This property cannot be expanded because it doesn't exist: .."),
    ],
)
def test_a_bad_path_stops_everything(shop: World, path: str, message: str) -> None:
    answer = shop.post("/v1/parcels", f"amount=1&currency=usd&expand[]={path}")
    assert answer.status == 400
    assert (answer.error["message"], answer.error["param"]) == (message, "expand")
    assert (shop.runs, shop.door.commits) == (0, 0)


def test_a_list_hints_at_its_prefix(shop: World) -> None:
    answer = shop.get("/v1/parcels?expand[]=shelf")
    assert answer.status == 400
    assert "data.shelf" in answer.error["message"]


@pytest.mark.parametrize("query", ["expand=shelf", "expand[a]=shelf", "expand[]=", "expand="])
def test_expand_is_an_array_of_paths(shop: World, query: str) -> None:
    answer = shop.get(f"/v1/parcels/x?{query}")
    assert answer.status == 400
    assert answer.error["param"].startswith("expand")


def test_an_answer_of_no_kind_expands_nothing(shop: World) -> None:
    answer = shop.get("/v1/desk/a?expand[]=name")
    assert answer.status == 400
