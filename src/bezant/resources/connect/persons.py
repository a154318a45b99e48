"""Persons: the owners, directors, executives and representatives behind an account."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, UnsetType
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.pages import Page
from bezant.api.params import Params
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect.account import Account, account_of, own_book
from bezant.resources.connect.account_changes import MetadataTold
from bezant.resources.connect.account_events import tell_person
from bezant.resources.connect.account_parts import plain
from bezant.resources.connect.facts import COMPANY, note, noted, of_person
from bezant.resources.connect.person import MOST, Person, changed, check_papers, nobody
from bezant.resources.connect.person_params import PersonParams
from bezant.resources.connect.standing import save, shown
from bezant.resources.connect.tokens import opened_numbers, person_data
from bezant.resources.core.known_pages import ListKnown, page_of_known

PATH = "/v1/accounts/{account}/persons"


class ByRelationship(Params):
    """Which parts in the business persons must have, or must not."""

    authorizer: bool | None = None
    director: bool | None = None
    executive: bool | None = None
    legal_guardian: bool | None = None
    owner: bool | None = None
    representative: bool | None = None


class ListPersons(ListKnown):
    """By what persons are listed."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    relationship: ByRelationship | None = None


routes = Routes(Person, PATH, listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, account: str, params: ListPersons) -> Page:
    """List an account's persons, newest first."""
    owner = await account_of(ctx, account)
    asked = params.relationship.changes(without=()) if params.relationship else {}
    names = [
        name
        for name, told in sorted(noted(ctx.hidden(owner)).items(), reverse=True)
        if name != COMPANY and all((role in told.roles) == wanted for role, wanted in asked.items())
    ]
    found = await ctx.load_many(Person, names, book=own_book(ctx, owner))
    bodies = {name: ctx.encoded(shown(ctx, owner, found[name])) for name in names if name in found}
    return page_of_known(bodies, params, Person.title())


@routes.get(PATH + "/{id}")
async def retrieve(ctx: Context, account: str, id: str) -> Person:
    """Retrieve one person of an account."""
    owner, person = await person_of(ctx, account, id)
    return shown(ctx, owner, person)


@routes.post(PATH)
async def create(ctx: Context, account: str, params: PersonParams) -> Person:
    """Add somebody to the persons behind an account."""
    owner = await account_of(ctx, account)
    params = await _opened(ctx, params)
    return await _told(ctx, owner, new_person(ctx, owner), params, "person.created")


@routes.post(PATH + "/{id}")
async def update(ctx: Context, account: str, id: str, params: PersonParams) -> Person:
    """Change what is known of a person; hashes are laid over what is known, field by field."""
    owner, person = await person_of(ctx, account, id)
    params = await _opened(ctx, params)
    ctx.seen(shown(ctx, owner, person))
    return await _told(ctx, owner, person, params, "person.updated")


@routes.delete
async def delete(ctx: Context, account: str, id: str) -> None:
    """Remove somebody who is not the account's representative."""
    remove(ctx, *await person_of(ctx, account, id))


def remove(ctx: Context, owner: Account, person: Person) -> None:
    """Remove somebody who is not the account's representative, and tell of it."""
    if person.relationship["representative"]:
        raise InvalidRequest(
            "This person represents the account and can't be deleted. Make somebody else the "
            "representative first."
        )
    last = shown(ctx, owner, person)
    ctx.delete(person)
    ctx.emit("person.deleted", last, book=own_book(ctx, owner))
    tell_person(ctx, owner, person, "deleted")
    note(ctx.hidden(owner), person.id, None)
    save(ctx, owner)


def new_person(ctx: Context, owner: Account) -> Person:
    """Return a new person of whom nothing is known; refused if there are too many."""
    if len(noted(ctx.hidden(owner)).keys() - {COMPANY}) >= MOST:
        raise InvalidRequest(f"An account can have at most {MOST} persons.")
    book = own_book(ctx, owner)
    return ctx.create(nobody(ctx.new_id("person", book), owner.id), book=book)


async def _told(
    ctx: Context, owner: Account, person: Person, params: PersonParams, event: str
) -> Person:
    told = plain(params)
    await check_papers(ctx, told, "", ctx.platform_book)
    return await said(ctx, owner, person, told, params.metadata, event)


async def said(
    ctx: Context,
    owner: Account,
    person: Person,
    told: Mapping[str, Any],
    metadata: MetadataTold,
    event: str,
) -> Person:
    """Store what is said about a person, as plain data, and tell of it; returns it as shown."""
    changed_person = replace(person, **changed(ctx, person, told, metadata))
    await _check_roles(ctx, owner, person, changed_person)
    changed_person = ctx.save(changed_person)
    note(ctx.hidden(owner), person.id, of_person(ctx, changed_person))
    individual = owner.individual
    if not isinstance(individual, UnsetType) and individual["id"] == person.id:
        individual = msgspec.to_builtins(changed_person)
    owner = save(ctx, owner, individual=individual)
    now = shown(ctx, owner, changed_person)
    ctx.emit(event, now, book=own_book(ctx, owner))
    tell_person(ctx, owner, changed_person, event.partition(".")[2])
    return now


async def _check_roles(ctx: Context, owner: Account, before: Person, after: Person) -> None:
    """Refuse a second representative, and more than all of a business."""
    others = {
        name: told for name, told in noted(ctx.hidden(owner)).items()
        if name not in (COMPANY, before.id)
    }  # fmt: skip
    if after.relationship["representative"] and not before.relationship["representative"]:
        held = [name for name, told in others.items() if "representative" in told.roles]
        if held:
            raise InvalidRequest(
                f"An account has one representative, and {held[0]} is it. Send "
                "relationship[representative]=false for that person first.",
                param="relationship[representative]",
            )
    share = after.relationship["percent_ownership"] or 0
    if share > (before.relationship["percent_ownership"] or 0):
        found = await ctx.load_many(Person, [*others], book=own_book(ctx, owner))
        owned = sum(each.relationship["percent_ownership"] or 0 for each in found.values())
        if owned + share > 100:
            raise InvalidRequest(
                f"The persons of an account own at most 100% of it together; the others own "
                f"{owned:g}%.",
                param="relationship[percent_ownership]",
            )


async def _opened(ctx: Context, params: PersonParams) -> PersonParams:
    """Return the parameters with what tokens stand for in their place."""
    if params.person_token is not None:
        data: dict[str, Any] = await person_data(ctx, params.person_token)
        doubled = [name for name in data if getattr(params, name) is not None]
        if doubled:
            raise InvalidRequest(
                f"The person token has this too: send it without {doubled[0]}.", param=doubled[0]
            )
        params = replace(params, **data)
    return await opened_numbers(ctx, params, "")


async def person_of(ctx: Context, account: str, name: str) -> tuple[Account, Person]:
    """Return an account and one of its persons."""
    owner = await account_of(ctx, account)
    return owner, await ctx.load(Person, name, book=own_book(ctx, owner))
