"""What leads to the events of accounts and their persons in v2."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bezant.cli.trigger_scene import Act, Object, Outcome, Scene

PATH = "/v2/core/accounts"
_CARDS = {"capabilities": {"card_payments": {"requested": True}}}
_TRANSFERS = {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
_IN_EUROPE = {"country": "fr", "entity_type": "company"}
_Said = Mapping[str, Any]
_UPDATES: Mapping[str, tuple[str, _Said, _Said]] = {
    "v2.core.account.updated": (
        "An account is opened and its e-mail changed.",
        {},
        {"contact_email": "new@example.com"},
    ),
    "v2.core.account[configuration.customer].updated": (
        "Where goods for an account are sent is changed.",
        {},
        {"configuration": {"customer": {"shipping": {"name": "Ada Example"}}}},
    ),
    "v2.core.account[configuration.merchant].capability_status_updated": (
        "An account asks for payments by card.",
        {},
        {"configuration": {"merchant": _CARDS}},
    ),
    "v2.core.account[configuration.merchant].updated": (
        "The business of a merchant is changed.",
        {"configuration": {"merchant": _CARDS}},
        {"configuration": {"merchant": {"mcc": "5734"}}},
    ),
    "v2.core.account[configuration.recipient].capability_status_updated": (
        "An account asks for transfers.",
        {},
        {"configuration": {"recipient": _TRANSFERS}},
    ),
    "v2.core.account[configuration.recipient].updated": (
        "An account becomes a recipient.",
        {},
        {"configuration": {"recipient": _TRANSFERS}},
    ),
    "v2.core.account[defaults].updated": (
        "The address of an account's website is changed.",
        {},
        {"defaults": {"profile": {"business_url": "https://example.com"}}},
    ),
    "v2.core.account[future_requirements].updated": (
        "A company in Europe asks for transfers, and a rule that is to come concerns it.",
        {"identity": _IN_EUROPE},
        {"configuration": {"recipient": _TRANSFERS}},
    ),
    "v2.core.account[identity].updated": (
        "It is said what kind of business an account is.",
        {},
        {"identity": {"entity_type": "company"}},
    ),
    "v2.core.account[requirements].updated": (
        "An account asks for transfers, for which more has to be known.",
        {},
        {"configuration": {"recipient": _TRANSFERS}},
    ),
}
"""What is done, what an account is opened with, and what is changed then."""
ACCOUNTS_LATER: Mapping[str, str] = {
    "account.application.deauthorized": (
        "it is told of an account that is deleted, whose events nobody can read any more; delete "
        "one, and an endpoint with connect=true gets it"
    ),
    "v2.core.account_link.returned": "the owner of an account must have left the hosted page",
}


def _update(name: str) -> Callable[[Scene], Awaitable[Outcome]]:
    async def play(scene: Scene) -> Outcome:
        _, opened, changed = _UPDATES[name]
        made = await scene.remote.post_json(PATH, **opened)
        await scene.remote.post_json(f"{PATH}/{made['id']}", **changed)
        return Outcome(scene.remote.acting_for(made["id"]), made["id"])

    return play


async def _created(scene: Scene) -> Outcome:
    made = await scene.remote.post_json(PATH, display_name="Ada Example")
    return Outcome(scene.remote.acting_for(made["id"]), made["id"])


async def _closed(scene: Scene) -> Outcome:
    made = await scene.remote.post_json(PATH, display_name="Ada Example")
    await scene.remote.post_json(f"{PATH}/{made['id']}/close")
    return Outcome(scene.remote, made["id"])


async def _person(scene: Scene) -> tuple[str, Object]:
    made = await scene.remote.post_json(PATH, identity={"entity_type": "company"})
    owner = {"given_name": "Ada", "relationship": {"owner": True}}
    return made["id"], await scene.remote.post_json(f"{PATH}/{made['id']}/persons", **owner)


async def _person_created(scene: Scene) -> Outcome:
    account, person = await _person(scene)
    return Outcome(scene.remote.acting_for(account), person["id"])


async def _person_updated(scene: Scene) -> Outcome:
    account, person = await _person(scene)
    await scene.remote.post_json(f"{PATH}/{account}/persons/{person['id']}", surname="Example")
    return Outcome(scene.remote.acting_for(account), person["id"])


async def _person_deleted(scene: Scene) -> Outcome:
    account, person = await _person(scene)
    await scene.remote.delete(f"{PATH}/{account}/persons/{person['id']}")
    return Outcome(scene.remote.acting_for(account), person["id"])


ACCOUNT_ACTS: dict[str, Act] = {
    "v2.core.account.created": Act("An account is opened.", _created),
    "v2.core.account.closed": Act("An account is opened and closed.", _closed),
    "v2.core.account_person.created": Act("An account gets an owner.", _person_created),
    "v2.core.account_person.updated": Act("An account's owner is named.", _person_updated),
    "v2.core.account_person.deleted": Act("An account's owner is removed.", _person_deleted),
    **{name: Act(how, _update(name)) for name, (how, _, _) in _UPDATES.items()},
}
"""Events of accounts and persons in v2."""
