"""Persons in v2: the same persons as in v1, in the conventions of v2."""

from typing import Any

from bezant.api.context import Context
from bezant.api.routes import Routes
from bezant.api.v2 import V2ListParams, V2Page, turn_of, turned
from bezant.kernel.codec import encode_json
from bezant.resources.connect import persons
from bezant.resources.connect.account import Account, account_of, own_book
from bezant.resources.connect.account_parts import plain
from bezant.resources.connect.facts import COMPANY, noted
from bezant.resources.connect.person import Person
from bezant.resources.connect.persons import new_person, person_of, remove
from bezant.resources.connect.standing import shown
from bezant.resources.connect.v2_person import V2Person, keep_beside, said_of, shown_person
from bezant.resources.connect.v2_person_params import V2PersonParams
from bezant.resources.connect.v2_tokens import opened_person

PATH = "/v2/core/accounts/{account}/persons"

routes = Routes(V2Person, PATH, listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, account: str, params: V2ListParams) -> V2Page:
    """List an account's persons, newest first."""
    owner = await account_of(ctx, account)
    turn = turn_of(params)
    names = sorted(noted(ctx.hidden(owner)).keys() - {COMPANY}, reverse=True)
    if turn.before is not None:
        earlier = [name for name in names if name > turn.before]
        chosen, more = earlier[-params.limit :], len(earlier) > params.limit
    else:
        later = [name for name in names if turn.after is None or name < turn.after]
        chosen, more = later[: params.limit], len(later) > params.limit
    found = await ctx.load_many(Person, chosen, book=own_book(ctx, owner))
    bodies = [
        encode_json(shown_person(ctx, owner, found[name])).decode()
        for name in chosen
        if name in found
    ]
    return turned(bodies, more, turn, params)


@routes.get(PATH + "/{id}")
async def retrieve(ctx: Context, account: str, id: str) -> V2Person:
    """Retrieve one person of an account."""
    owner, person = await person_of(ctx, account, id)
    return shown_person(ctx, owner, person)


@routes.post(PATH)
async def create(ctx: Context, account: str, params: V2PersonParams) -> V2Person:
    """Add somebody to the persons behind an account."""
    owner = await account_of(ctx, account)
    return await _said(ctx, owner, new_person(ctx, owner), params, "person.created")


@routes.post(PATH + "/{id}")
async def update(ctx: Context, account: str, id: str, params: V2PersonParams) -> V2Person:
    """Change what is known of a person; hashes are laid over what is known, and null unsets."""
    owner, person = await person_of(ctx, account, id)
    ctx.seen(shown(ctx, owner, person))
    return await _said(ctx, owner, person, params, "person.updated")


@routes.delete
async def delete(ctx: Context, account: str, id: str) -> None:
    """Remove somebody who is not the account's representative."""
    remove(ctx, *await person_of(ctx, account, id))


async def _said(
    ctx: Context, owner: Account, person: Person, params: V2PersonParams, event: str
) -> V2Person:
    sent: dict[str, Any] = plain(params)
    sent.pop("metadata", None)
    if params.person_token is not None:
        sent = await opened_person(ctx, params.person_token, owner.id, sent)
    metadata = sent.pop("metadata", None) if params.metadata is None else params.metadata
    said = await said_of(ctx, sent)
    await persons.said(ctx, owner, person, said.told, metadata, event)
    stored = ctx.made(Person, person.id)
    assert stored is not None, "it has just been saved"
    keep_beside(ctx.hidden(stored), said)
    return shown_person(ctx, owner, ctx.save(stored))
