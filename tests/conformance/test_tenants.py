"""Tenants are apart: every operation, asked by every stranger for what belongs to somebody else.

Strangers are another platform, the same platform in live mode, a connected account of the same
platform, and the platform itself without naming its account. What they name is foreign in the
path, in parameters, as a cursor, under `expand` and in the Stripe-Account header. The answer is
the one for what does not exist, and nothing in the database changes.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple, get_args, get_origin

import msgspec
import pytest

from bezant.api.operation import Operation
from bezant.api.params import Params
from bezant.server.explain import explain
from bezant.server.explanation import KINDS
from tests.conformance.town import BANK, OPERATIONS, Things, Town, Who
from tests.resources.shapes import SURFACE

REFUSED = {400, 403, 404}
NOBODYS = {"country_specs", "exchange_rates", "report_types"}
"""Belong to nobody: everybody may read them."""
WITHOUT = {
    "unclaimed": "mv_1",
    "bank_files": "bf_1",
    "capabilities": "transfers",
}
"""What cannot be made yet, or has no id of its own; its parent decides who may see it."""
SEEN_BY_PLATFORM = {"charges", "refunds", "balance_transactions"}
"""What a platform sees of its connected accounts in its own transfers to them."""
PLACED = {name: each for name, each in OPERATIONS.items() if "{" in each.path}
SEEN = "select (select (count(*), sum(version)) from object), (select count(*) from entry), \
(select count(*) from event), (select count(*) from job)"


TELL_OF_REQUESTS = {"request_logs.list_all", "error_groups.list_all"}
"""What shows a caller's own requests repeats whatever ids they have asked for themselves."""


class Apart(NamedTuple):
    """Who there is, what belongs to whom, and what a stranger has himself."""

    town: Town
    strangers: dict[str, Who]
    platform: Things
    seller: Things
    own: dict[str, Things]
    asked: dict[str, list[str]]

    def foreign(self, stranger: str) -> list[Things]:
        """Return what belongs to others than a stranger."""
        return [self.seller] if stranger == "platform" else [self.platform, self.seller]


@pytest.fixture(scope="module")
def apart(town: Town) -> Apart:
    """Two platforms with one of everything each; one of them has two connected accounts."""
    me, other = Who(town.own), Who(town.new_key(town.platform.ids.new("acct"), livemode=False))
    ours, neighbour, theirs = [open_account(town, who) for who in (me, me, other)]
    town.good(me, "POST", "/v1/topups", amount=50_000, currency="usd")
    clock = town.good(
        me,
        "POST",
        "/v1/test_helpers/test_clocks",
        frozen_time=int(town.clock.now().timestamp()) + 1,
    )
    platform = belongings(town, me, ours) | {"test_clocks": clock["id"]}
    seller = belongings(town, Who(town.own, ours), neighbour)
    own = {"another": belongings(town, other, theirs), "platform": platform}
    live = Who(town.new_key(town.account, livemode=True))
    strangers = {
        "another": other,
        "live": live,
        "neighbour": Who(town.own, neighbour),
        "platform": me,
    }
    return Apart(town, strangers, platform, seller, own, {})


def open_account(town: Town, who: Who) -> str:
    asked = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
    return town.good(
        who, "POST", "/v1/accounts", type="custom", capabilities=asked, external_account=BANK
    )["id"]


def belongings(town: Town, who: Who, seller: str) -> Things:
    """Furnish a tenant and name what came of it by itself, too."""
    things = dict(town.furnish(who, seller))
    town.run(town.platform.request_log.flush())
    words = [
        "webhook_deliveries",
        "events",
        "balance_transactions",
        "request_logs",
        "charges",
        "refunds",
    ]
    if who.account is None:
        assert town.ask(who, "GET", "/v1/nowhere").status_code == 404
        town.run(town.platform.request_log.flush())
        words.append("error_groups")
    for word in words:
        found = town.good(who, "GET", f"/v1/{word}")["data"]
        things |= {word: found[-1]["id"]} if found else {}
    if who.account is None:
        banks = town.good(who, "GET", f"/v1/accounts/{seller}/external_accounts")["data"]
        things |= {"accounts": seller, "external_accounts": banks[0]["id"]}
        person = town.good(who, "POST", f"/v1/accounts/{seller}/persons", first_name="Ada Byron")
        things["persons"] = person["id"]
        token = town.good(
            who, "POST", f"/v2/core/accounts/{seller}/person_tokens", given_name="Ada Byron"
        )
        things["person_tokens"] = token["id"]
    return things


def example(path: str, things: Things, child: Things | None = None) -> str | None:
    """Return a path with ids in its places, the last perhaps of somebody else; None without."""
    words = path.split("/")
    places = [at for at, word in enumerate(words) if word.startswith("{")]
    for at in places:
        known = child if child is not None and at == places[-1] else things
        word, above = words[at - 1], words[at - 3] if at > 3 else ""
        names = (f"{words[at - 2]}/{word}", f"{above}/{word}", word)
        found = next((known[name] for name in names if name in known), WITHOUT.get(word))
        if found is None:
            return None
        words[at] = found
    return "/".join(words)


def paths(operation: Operation, apart: Apart, stranger: str) -> Iterator[str]:
    """Yield the operation's path with foreign ids, and with one's own beside foreign ones."""
    own = apart.own.get(stranger)
    for foreign in apart.foreign(stranger):
        mixed = [(foreign, None)]
        last = operation.path.split("/{")[-2].rpartition("/")[2]
        if own is not None and operation.path.count("{") > 1 and last not in WITHOUT:
            mixed += [(own, foreign), (foreign, own)]
        for things, child in mixed:
            if path := example(operation.path, things, child):
                yield path


def ask(apart: Apart, stranger: str, method: str, path: str, **params: Any) -> Any:
    """Ask as a stranger; whatever the answer is, nothing has changed if it is a refusal."""
    before = apart.town.rows(SEEN)
    apart.asked.setdefault(stranger, []).append(f"{path} {params}")
    answer = apart.town.ask(apart.strangers[stranger], method, path, params)
    assert answer.status_code == 200 or apart.town.rows(SEEN) == before, f"{method} {path}"
    return answer


def expands(operation: Operation) -> list[str]:
    """Return all that an operation can expand."""
    returns = operation.options.returns
    if operation.method != "GET" or returns is None:
        return []
    return [f"data.{path}" if operation.options.listing else path for path in returns.expands]


def leaves(params: type[Params], way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the way to each text that an operation takes; an item of a list is the first."""
    for field in msgspec.structs.fields(params):
        yield from of_type(field.type, (*way, field.encode_name))


def of_type(kind: Any, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if kind is str:
        yield way
    elif isinstance(kind, type) and issubclass(kind, Params):
        yield from leaves(kind, way)
    elif get_origin(kind) is list:
        yield from of_type(get_args(kind)[0], (*way, "0"))
    elif get_origin(kind) is not dict:
        for member in get_args(kind):
            yield from of_type(member, way)


def expandable(shape: Any) -> Iterator[str]:
    """Yield the names of fields that hold the id of an object."""
    for name, (kind, _) in shape["fields"].items():
        if isinstance(kind, dict) and "exp" in kind:
            yield name
    for each in shape.get("nested", {}).values():
        yield from expandable(each)


IDS = {name for shape in SURFACE.values() for name in expandable(shape)} | {
    "starting_after", "ending_before", "destination", "external_account", "account_token",
    "confirmation_token",
    "debit", "credit", "account", "source", "file", "payout", "customer_account",
    "default_source",
}  # fmt: skip
"""Parameters that name an object: those that can be expanded where they are shown, and these."""
NAMED = {
    name: ways
    for name, each in OPERATIONS.items()
    if (ways := [way for way in dict.fromkeys(leaves(each.params)) if way[-1] in IDS])
    and not NOBODYS & set(each.path.split("/"))
}
MEANT = {
    "account": ("accounts", "ledger/accounts"),
    "account_token": ("tokens",),
    "charge": ("charges",),
    "confirmation_token": ("confirmation_tokens",),
    "credit": ("ledger/accounts",),
    "customer": ("customers",),
    "debit": ("ledger/accounts",),
    "destination": ("accounts", "external_accounts"),
    "external_account": ("tokens", "external_accounts"),
    "file": ("files",),
    "mandate": ("mandates",),
    "payment_method": ("payment_methods",),
    "payout": ("payouts",),
    "reserve_hold": ("reserve/holds",),
    "reserve_plan": ("reserve/plans",),
    "setup_intent": ("setup_intents",),
    "payment_intent": ("payment_intents",),
    "payment_link": ("payment_links",),
    "price": ("prices",),
    "product": ("products",),
    "source": ("transfers", "payouts"),
    "source_charge": ("charges",),
    "source_transaction": ("charges",),
}
"""What a parameter names, by the word of the path; a cursor names what is listed."""


def body(operation: Operation, things: Things) -> dict[str, Any]:
    """Return what an operation needs beside the parameter that is tried."""
    till = things["ledger/accounts"]
    entry = {"moves": [{"debit": till, "credit": till, "amount": 1, "currency": "usd"}]}
    money = {"amount": 1, "currency": "usd"}
    needed: dict[str, dict[str, Any]] = {
        "accounts.external_accounts.create": {"external_account": "btok_us_verified"},
        "ledger.entries.batch": {"entries": [entry]},
        "ledger.entries.create": entry,
        "payment_intents.create": {"amount": 100, "currency": "usd"},
        "payment_links.create": {"line_items": [{"quantity": 1}]},
        "payouts.create": money,
        "tax_ids.create": {"type": "us_ein", "value": "12-3456789", "owner": {"type": "customer"}},
        "topups.create": money,
        "transfers.create": money | {"destination": things["accounts"]},
    }
    return needed.get(operation.name, {})


def placed(tree: dict[str, Any], way: tuple[str, ...], value: str) -> dict[str, Any]:
    """Return parameters with one of them, however deep, set to a value."""
    made = msgspec.json.decode(msgspec.json.encode(tree))
    holder: Any = made
    for name, after in zip(way, (*way[1:], None), strict=True):
        key = int(name) if isinstance(holder, list) else name
        if after is None:
            holder[key] = value
        else:
            if isinstance(holder, dict) and not isinstance(holder.get(key), dict | list):
                holder[key] = {}
            holder = holder[key]
    return made


def values(operation: Operation, way: tuple[str, ...], foreign: Things) -> list[str]:
    """Return the foreign ids that a parameter may be tried with."""
    words = [word for word in operation.path.split("/")[2:] if not word.startswith("{")]
    listed = ("/".join(words), words[-1])
    names = listed if way[-1] in ("starting_after", "ending_before") else MEANT.get(way[-1], ())
    found = [foreign[name] for name in names if name in foreign]
    return found or [foreign["customers"]]


def test_there_is_one_of_everything(apart: Apart) -> None:
    """Whoever adds a resource furnishes the town with it."""
    known = {**apart.seller, **apart.platform} | dict.fromkeys(NOBODYS, "x")
    assert [each.path for each in PLACED.values() if example(each.path, known) is None] == []


@pytest.mark.parametrize("name", PLACED)
def test_ids_in_the_path(name: str, apart: Apart) -> None:
    operation = PLACED[name]
    if NOBODYS & set(operation.path.split("/")):
        assert operation.method == "GET"
        return
    tried = 0
    for stranger in apart.strangers:
        for path in paths(operation, apart, stranger):
            params = {"expand": expands(operation)} if expands(operation) else {}
            answer = ask(apart, stranger, operation.method, path, **params)
            assert answer.status_code in REFUSED, f"{stranger}: {path}: {answer.text}"
            assert "Ada Byron" not in answer.text
            tried += 1
    assert tried >= 3


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in PLACED])
def test_answers_show_nothing_of_others(name: str, apart: Apart) -> None:
    operation = OPERATIONS[name]
    params = {"expand": expands(operation)} if expands(operation) else {}
    for stranger in apart.strangers:
        if operation.method == "GET":
            text = ask(apart, stranger, "GET", operation.path, **params).text
            own = set(apart.own.get(stranger, {}).values())
            words = " ".join(apart.asked.get(stranger, ())) if name in TELL_OF_REQUESTS else ""
            seen = SEEN_BY_PLATFORM if stranger == "platform" else set[str]()
            for foreign in apart.foreign(stranger):
                hidden = {each for word, each in foreign.items() if word not in seen} - own
                told = {each for each in hidden if each in text and each not in words}
                assert told == set(), stranger


@pytest.mark.parametrize("name", NAMED)
def test_ids_in_parameters(name: str, apart: Apart) -> None:
    operation, own = OPERATIONS[name], apart.own["another"]
    path = example(operation.path, own)
    if path is None:
        return  # Of such a thing the stranger has none himself; it is tried in the path above.
    for way, foreign in product(NAMED[name], (apart.platform, apart.seller)):
        for value in values(operation, way, foreign):
            params = placed(body(operation, own), way, value)
            answer = ask(apart, "another", operation.method, path, **params)
            if operation.method == "GET" and answer.status_code == 200:
                assert answer.json()["data"] == [], (way, value)
            elif operation.options.listing and answer.status_code == 200:
                assert all("error" in item for item in answer.json()["data"]), (way, value)
            else:
                assert answer.status_code in REFUSED, f"{way} {value}: {answer.text}"
            assert "Ada Byron" not in answer.text


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_account_header(name: str, apart: Apart) -> None:
    operation = OPERATIONS[name]
    path = example(operation.path, apart.platform | dict.fromkeys(NOBODYS, "x"))
    strangers = [
        (apart.strangers["another"].secret, apart.platform["accounts"]),
        (apart.strangers["another"].secret, apart.town.account),
        (apart.strangers["live"].secret, apart.platform["accounts"]),
        (apart.town.own, apart.own["another"]["accounts"]),
        (apart.town.own, "acct_nobody"),
    ]
    for secret, account in strangers:
        before = apart.town.rows(SEEN)
        answer = apart.town.ask(Who(secret, account), operation.method, path or operation.path)
        assert answer.status_code == 403, answer.text
        assert answer.json()["error"]["code"] == "account_invalid"
        assert apart.town.rows(SEEN) == before


def test_everything_there_is_explains_itself(apart: Apart) -> None:
    names = {*apart.platform.values(), *apart.seller.values()}
    known = sorted(name for name in names if name.rpartition("_")[0] in KINDS)
    assert {name.rpartition("_")[0] for name in known} >= {
        "ch",
        "cus",
        "dp",
        "in",
        "pi",
        "re",
        "tr",
    }
    for name in known:
        node = apart.town.run(explain(apart.town.platform.runtime, name))
        assert node.title.endswith(f" {name}")
        assert node.facts or node.children, name
