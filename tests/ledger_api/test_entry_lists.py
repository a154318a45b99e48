"""Lists of entries: newest first, by account, by source, by time; every page from any cursor."""

import pytest

from tests.ledger_api.desk import OTHER, Desk, good, move


def ids(answer: dict) -> list[str]:
    return [each["id"] for each in answer["data"]]


def walked(desk: Desk, query: str = "") -> list[str]:
    """Return the ids that a client sees who follows a list forward; check the way back."""
    found: list[str] = []
    cursor = ""
    while True:
        page = good(desk.get(f"/entries?limit=3{query}{cursor}"))
        found += ids(page)
        if not page["has_more"]:
            break
        cursor = f"&starting_after={found[-1]}"
    if found:
        back = good(desk.get(f"/entries?limit=3{query}&ending_before={found[-1]}"))
        assert ids(back) == found[:-1][-3:]
        assert back["has_more"] == (len(found) > 4)
    return found


@pytest.fixture
def filled(desk: Desk) -> tuple[str, str, str, list[str]]:
    """Three accounts and ten entries, one a minute, every third with a fee in three moves."""
    a, b, fee = desk.open("a"), desk.open("b"), desk.open("fee")
    names: list[str] = []
    for number in range(10):
        moves = [move(a, b, 10 + number)]
        if number % 3 == 0:
            moves += [move(b, fee, 1), move(fee, b, 2)]
        names.append(good(desk.post("/entries", {"moves": moves}))["id"])
        desk.pass_time(minutes=1)
    desk.key = OTHER
    desk.enter(desk.open("a"), desk.open("b"), 1)
    desk.key = "sk_test_own"
    return a, b, fee, names[::-1]


def test_every_entry_is_listed_once(desk: Desk, filled):
    a, b, fee, names = filled
    assert walked(desk) == names
    assert walked(desk, f"&account={a}") == names
    assert walked(desk, f"&account={b}") == names
    assert walked(desk, f"&account={fee}") == names[::3]
    assert walked(desk, f"&source={names[4]}") == [names[4]]
    assert walked(desk, f"&source={names[4]}&account={a}") == [names[4]]
    assert walked(desk, f"&source={names[4]}&account={fee}") == []
    assert walked(desk, "&source=po_1") == []


@pytest.mark.parametrize("query", ["", "&account={}"])
def test_entries_are_listed_by_time(desk: Desk, filled, query: str):
    a, _, _, names = filled
    query = query.format(a)
    begin = desk.now() - 600
    assert walked(desk, f"{query}&created={begin}") == names[-1:]
    assert walked(desk, f"{query}&created[gte]={begin + 300}") == names[:5]
    assert walked(desk, f"{query}&created[gt]={begin + 300}") == names[:4]
    assert walked(desk, f"{query}&created[lt]={begin + 300}") == names[5:]
    assert (
        walked(desk, f"{query}&created[gte]={begin + 60}&created[lte]={begin + 180}")
        == (names[6:9])
    )
    assert walked(desk, f"{query}&created[gt]=5&created[lt]=5") == []


def test_what_is_listed_is_what_is_retrieved(desk: Desk, filled):
    listed = good(desk.get("/entries?limit=100"))["data"]
    assert [each["id"] for each in listed] == filled[-1]
    for entry in listed:
        assert good(desk.get(f"/entries/{entry['id']}")) == entry


def test_bad_filters_are_refused(desk: Desk, filled):
    _, b, _, names = filled
    desk.key = OTHER
    foreign = good(desk.get("/accounts?name=a"))["data"][0]["id"]
    theirs = good(desk.get("/entries"))["data"][0]["id"]
    desk.key = "sk_test_own"
    table = [
        (f"account={foreign}", "account"),
        ("account=available", "account"),
        (f"starting_after={theirs}", "starting_after"),
        (f"account={b}&starting_after={theirs}", "starting_after"),
        ("ending_before=le_0", "ending_before"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("status=posted", "status"),
        (f"starting_after={names[0]}&ending_before={names[1]}", None),
    ]
    for query, param in table:
        refused = desk.get(f"/entries?{query}")
        assert (refused.status, refused.error.get("param")) == (400, param), refused.text
