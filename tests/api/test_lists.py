"""Lists: pages, cursors, filters and times of creation."""

from typing import Any

import pytest

from bezant.api.pages import Bounds, bounds
from bezant.api.params import RangeQuery
from bezant.kernel.ids import parse
from tests.api.shop import World


@pytest.fixture
def names(shop: World) -> list[str]:
    """Ids of 25 parcels, newest first, two of each second but the last."""
    made: list[str] = []
    for n in range(25):
        made.insert(0, shop.pack(description=n, fragile="true" if n % 5 == 0 else "false"))
        shop.later(n % 2)
    return made


def ids(answer: Any) -> list[str]:
    assert answer.status == 200, answer.text
    return [each["id"] for each in answer.json["data"]]


def test_an_empty_list(shop: World) -> None:
    assert shop.get("/v1/parcels").json == {
        "object": "list",
        "url": "/v1/parcels",
        "has_more": False,
        "data": [],
    }


def test_a_page_has_ten_newest_first(shop: World, names: list[str]) -> None:
    answer = shop.get("/v1/parcels")
    assert ids(answer) == names[:10]
    assert answer.json["has_more"] is True
    assert set(answer.json) == {"object", "url", "has_more", "data"}
    assert ids(shop.get("/v1/parcels?limit=100")) == names
    assert ids(shop.get("/v1/parcels?limit=1")) == names[:1]


def test_following_the_cursor_meets_each_object_once(shop: World, names: list[str]) -> None:
    met, query = [], "limit=4"
    while True:
        answer = shop.get(f"/v1/parcels?{query}")
        met += ids(answer)
        if not answer.json["has_more"]:
            break
        query = f"limit=4&starting_after={met[-1]}"
    assert met == names


def test_going_back_with_the_cursor(shop: World, names: list[str]) -> None:
    answer = shop.get(f"/v1/parcels?limit=4&ending_before={names[10]}")
    assert ids(answer) == names[6:10]
    assert answer.json["has_more"] is True
    last = shop.get(f"/v1/parcels?limit=4&ending_before={names[2]}")
    assert ids(last) == names[:2]
    assert last.json["has_more"] is False


def test_both_cursors_are_one_too_many(shop: World, names: list[str]) -> None:
    answer = shop.get(f"/v1/parcels?starting_after={names[0]}&ending_before={names[1]}")
    assert answer.status == 400
    assert answer.error["message"] == (
        "Received both starting_after and ending_before parameters. Please pass in only one."
    )
    assert "code" not in answer.error
    assert "param" not in answer.error


@pytest.mark.parametrize("name", ["starting_after", "ending_before"])
def test_an_unknown_cursor_is_a_bad_request(shop: World, name: str) -> None:
    answer = shop.get(f"/v1/parcels?{name}=par_nope")
    assert answer.status == 400
    assert (answer.error["code"], answer.error["param"]) == ("resource_missing", name)
    assert answer.error["message"] == "No such parcel: 'par_nope'"


def test_a_cursor_of_another_account_is_unknown(shop: World, names: list[str]) -> None:
    path = f"/v1/parcels?starting_after={names[0]}"
    assert shop.get(path, Stripe_Account="acct_child").status == 400


def test_whoever_deletes_while_paging_can_go_on(shop: World, names: list[str]) -> None:
    shop.ask("DELETE", f"/v1/parcels/{names[3]}")
    assert ids(shop.get(f"/v1/parcels?limit=2&starting_after={names[3]}")) == names[4:6]
    assert names[3] not in ids(shop.get("/v1/parcels?limit=100"))


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", ""])
def test_a_limit_is_from_1_to_100(shop: World, limit: str) -> None:
    answer = shop.get(f"/v1/parcels?limit={limit}")
    assert (answer.status, answer.error["param"]) == (400, "limit")


def test_filters(shop: World, names: list[str]) -> None:
    shop.post(f"/v1/parcels/{names[4]}/ship")
    assert ids(shop.get("/v1/parcels?status=sent")) == [names[4]]
    assert len(ids(shop.get("/v1/parcels?status=packed&limit=100"))) == 24
    assert ids(shop.get("/v1/parcels?fragile=true")) == names[4::5]
    assert ids(shop.get("/v1/parcels?fragile=true&status=sent")) == [names[4]]
    assert ids(shop.get("/v1/parcels?status=unheard-of")) == []
    assert ids(shop.get("/v1/parcels?shelf=shf_1")) == []
    assert shop.get("/v1/parcels?currency=usd").error["code"] == "parameter_unknown"
    assert shop.get("/v1/shelves?status=sent").error["code"] == "parameter_unknown"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("created={0}", lambda at, t: at == t),
        ("created[gte]={0}", lambda at, t: at >= t),
        ("created[gt]={0}", lambda at, t: at > t),
        ("created[lte]={0}", lambda at, t: at <= t),
        ("created[lt]={0}", lambda at, t: at < t),
        ("created[gt]={0}&created[lt]={1}", lambda at, t: t < at < t + 3),
        ("created[gte]={0}&created[lte]={1}", lambda at, t: t <= at <= t + 3),
        ("created[gt]={1}&created[lt]={0}", lambda at, t: False),  # noqa: ARG005
        ("created[lt]=0", lambda at, t: False),  # noqa: ARG005
        ("created[gte]=253402300799", lambda at, t: False),  # noqa: ARG005
        ("created[lte]=253402300799", lambda at, t: True),  # noqa: ARG005
    ],
)
def test_times_of_creation(shop: World, names: list[str], query: str, wanted: Any) -> None:
    every = shop.get("/v1/parcels?limit=100").json["data"]
    second = every[12]["created"]
    found = ids(shop.get("/v1/parcels?limit=100&" + query.format(second, second + 3)))
    assert found == [each["id"] for each in every if wanted(each["created"], second)]
    assert names


def test_bounds_are_the_first_and_the_last_id_of_their_seconds() -> None:
    within = bounds("po", RangeQuery(gte=1_000, lte=1_000))
    assert within is not None
    assert within.least is not None
    assert within.most is not None
    assert parse(within.least).time.timestamp() == 1_000
    assert parse(within.most).time.timestamp() == 1_000.999999
    assert bounds("po", None) == Bounds()
    assert bounds("po", RangeQuery()) == Bounds("po_" + "0" * 24)


def test_an_operation_of_its_own_may_list(shop: World, names: list[str]) -> None:
    answer = shop.get("/v1/desk/parcel/parcels")
    assert answer.json["url"] == "/v1/desk/parcel/parcels"
    assert sorted(ids(answer), reverse=True) == names
