"""Search in stored charges: what is found, page by page, in one's own book alone."""

import pytest

from bezant.api.context import Caller, created_of
from bezant.ledger.book import book_of
from bezant.resources.payments.charge import Charge
from tests.resources.office import Office

URL = "/v1/charges/search"


@pytest.fixture
def charges(office: Office) -> list[str]:
    """Seven charges, newest first: amounts 700 to 100, with metadata on every other."""
    return make(office, office.platform)[::-1]


def make(office: Office, account: str) -> list[str]:
    names: list[str] = []

    async def store() -> None:
        ctx = office.context(Caller(office.platform, account, livemode=False))
        for step in range(1, 8):
            name = ctx.new_id("py", book_of(account, livemode=False))
            metadata = {"order": f"6{step}", "Shop": "Zürich Nord"} if step % 2 else {}
            ctx.create(
                Charge(
                    id=name, created=created_of(name), livemode=False, amount=step * 100,
                    amount_captured=step * 100, balance_transaction="txn_1",
                    currency="usd" if step < 5 else "eur", source_transfer=None,
                    metadata=metadata, refunded=step == 4,
                )
            )  # fmt: skip
            names.append(name)
        await ctx.write()

    office.run(store())
    return names


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("amount>300", [0, 1, 2, 3]),
        ("amount:300", [4]),
        ("amount>=300 AND amount<500", [3, 4]),
        ("amount:100 OR amount:700", [0, 6]),
        ("-amount:300 amount<500", [3, 5, 6]),
        ('currency:"eur"', [0, 1, 2]),
        ('currency:"EUR"', []),
        ('-currency:"eur"', [3, 4, 5, 6]),
        ('refunded:"true"', [3]),
        ('refunded:"false" AND amount<500', [4, 5, 6]),
        ('metadata["order"]:"63"', [4]),
        ("metadata['Shop']~'nord'", [0, 2, 4, 6]),
        ('metadata["shop"]:"Zürich Nord"', []),
        ('metadata["order"]:null', [1, 3, 5]),
        ('-metadata["order"]:null amount<500', [4, 6]),
        ('-metadata["order"]:"63" amount<500', [3, 5, 6]),
        ('metadata["order"]:"63" OR amount:200', [4, 5]),
        ("customer:null", [0, 1, 2, 3, 4, 5, 6]),
        ('customer:"cus_1"', []),
        ('status:"succeeded" created>0', [0, 1, 2, 3, 4, 5, 6]),
        ("created<1000000000", []),
        ('billing_details.address.postal_code:"8000"', []),
        ("""metadata["x'; drop table object"]:"' or 1=1 -- %s %(v0)s" """, []),
    ],
)
def test_what_is_found(office: Office, charges: list[str], query: str, found: list[int]) -> None:
    shown = office.get(URL, query=query, limit=100)
    assert shown.keys() == {"object", "url", "has_more", "next_page", "data"}
    assert (shown["object"], shown["url"], shown["has_more"]) == ("search_result", URL, False)
    assert [each["id"] for each in shown["data"]] == [charges[at] for at in found]


def test_pages_follow_each_other(office: Office, charges: list[str]) -> None:
    seen: list[str] = []
    page: dict[str, str] = {}
    for size in (3, 3, 1):
        shown = office.get(URL, query="amount>0", limit=3, **page)
        assert len(shown["data"]) == size
        assert shown["has_more"] is (shown["next_page"] is not None)
        seen += [each["id"] for each in shown["data"]]
        page = {"page": shown["next_page"]}
    assert page == {"page": None}
    assert seen == charges


def test_the_total_is_counted_for_whoever_expands_it(office: Office, charges: list[str]) -> None:
    shown = office.get(URL, query="amount>200", limit=2, expand=["total_count"])
    assert (shown["total_count"], len(shown["data"])) == (5, 2)
    assert "total_count" not in office.get(URL, query="amount>200")
    assert office.refused(URL, verb="GET", query="amount>2", total_count="true")["code"] == (
        "parameter_unknown"
    )
    expanded = office.get(URL, query="amount:100", expand=["data.balance_transaction"])
    assert expanded["data"][0]["id"] == charges[-1]


def test_each_account_finds_its_own(office: Office, charges: list[str]) -> None:
    seller = office.open_account()
    theirs = make(office, seller)
    found = office.get(URL, seller, query="amount:100")["data"]
    assert [each["id"] for each in found] == [theirs[0]]
    token = office.get(URL, query="amount>0", limit=1)["next_page"]
    mixed = office.get(URL, seller, query="amount>0", limit=100, page=token)["data"]
    assert {each["id"] for each in mixed} & set(charges) == set()


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "query"),
        ({"query": "colour:'red'"}, "query"),
        ({"query": "amount:1", "page": "x"}, "page"),
        ({"query": "amount:1", "limit": 101}, "limit"),
        ({"query": "amount:1", "starting_after": "ch_1"}, "starting_after"),
        ({"query": "x" * 2_001}, "query"),
    ],
)
def test_what_is_refused(office: Office, params: dict[str, object], param: str) -> None:
    refused = office.refused(URL, verb="GET", **params)
    assert (refused["status"], refused["param"]) == (400, param)
