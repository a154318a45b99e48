"""The person object of v2: another view of the person that v1 has."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

import msgspec

from bezant.api.context import Context, Hidden
from bezant.api.v2 import V2Resource, v2_created_of
from bezant.resources.connect.account import Account, own_book
from bezant.resources.connect.account_changes import BESIDE
from bezant.resources.connect.account_parts import check_day, overlaid
from bezant.resources.connect.papers import check_files, files_in
from bezant.resources.connect.person import NUMBER_TYPES, UPDATED, Person, inside
from bezant.resources.connect.v2_fields import (
    PERSON,
    PERSON_BESIDE,
    Tree,
    beside,
    pruned,
    shown,
    told,
)
from bezant.resources.connect.v2_numbers import SLOTS_OF_PERSONS, kind_of_person, person_numbers

_SUPPORT = ("company_authorization", "passport", "visa")


class V2Person(V2Resource, tag="v2.core.account_person"):
    """Somebody behind a business; what is not known is null."""

    account: str
    additional_addresses: list[dict[str, Any]] | None = None
    additional_names: list[dict[str, Any]] | None = None
    additional_terms_of_service: dict[str, Any] | None = None
    address: dict[str, Any] | None = None
    date_of_birth: dict[str, Any] | None = None
    documents: dict[str, Any] | None = None
    email: str | None = None
    given_name: str | None = None
    id_numbers: list[dict[str, Any]] | None = None
    legal_gender: str | None = None
    metadata: dict[str, str]
    nationalities: list[str] | None = None
    phone: str | None = None
    political_exposure: str | None = None
    relationship: dict[str, Any] | None = None
    script_addresses: dict[str, Any] | None = None
    script_names: dict[str, Any] | None = None
    surname: str | None = None
    updated: str


class SaidOfPerson(NamedTuple):
    """What was said about a person: as v1 says it, the kinds of numbers, and what is beside."""

    told: Tree
    types: dict[str, str]
    beside: Tree


async def said_of(ctx: Context, sent: Mapping[str, Any], param: str = "") -> SaidOfPerson:
    """Return what was said about a person; InvalidRequest for what there is not, day or file."""
    check_day(sent.get("date_of_birth"), inside(param, "date_of_birth"), ctx.now().date())
    await check_files(ctx, files_in(sent.get("documents"), inside(param, "documents")))
    first, kept = told(sent, PERSON), beside(sent, PERSON_BESIDE)
    types: dict[str, str] = {}
    if "id_numbers" in sent:
        numbers, types = person_numbers(sent["id_numbers"], inside(param, "id_numbers"))
        first |= numbers
    if "nationalities" in sent:
        kept["nationalities"] = sent["nationalities"]
        first["nationality"] = next(iter(sent["nationalities"] or ()), None)
    if "additional_addresses" in sent:
        kept["additional_addresses"] = sent["additional_addresses"]
        first["registered_address"] = _registered(sent["additional_addresses"])
    if "additional_names" in sent:
        first |= _names(sent["additional_names"] or ())
    papers: Mapping[str, Any] = sent.get("documents") or {}
    support = {name: {"files": papers[name]["files"]} for name in _SUPPORT if papers.get(name)}
    if support:
        first["documents"] = support
    return SaidOfPerson(first, types, kept)


def keep_beside(hidden: Hidden, said: SaidOfPerson) -> None:
    """Keep what v1 has no place for in a person's hidden part, once the rest is said there."""
    hidden[NUMBER_TYPES] = hidden.get(NUMBER_TYPES, {}) | said.types
    hidden[BESIDE] = overlaid(hidden.get(BESIDE, {}), said.beside)


async def individual_of(ctx: Context, account: Account) -> V2Person | None:
    """Return the individual behind an account, if there is one."""
    if isinstance(account.individual, msgspec.UnsetType):
        return None
    name: str = account.individual["id"]
    person = ctx.made(Person, name) or await ctx.load(Person, name, book=own_book(ctx, account))
    return shown_person(ctx, account, person)


def shown_person(ctx: Context, account: Account, person: Person) -> V2Person:
    """Return a person as v2 shows it."""
    hidden = ctx.hidden(person)
    kept: Tree = hidden.get(BESIDE, {})
    first: Tree = msgspec.to_builtins(person)
    share = first["relationship"].get("percent_ownership")
    if share is not None:
        first["relationship"]["percent_ownership"] = f"{share:g}"
    tree = shown(first, {"address": kept["address"]} if kept.get("address") else {}, PERSON)
    tree |= {
        "additional_addresses": _addresses(first, kept),
        "additional_names": [*_other_names(person)] or None,
        "id_numbers": [*_numbers(account, hidden)] or None,
        "nationalities": _nationalities(person, kept),
    }
    tree["documents"] = tree.get("documents", {}) | {
        name: {"files": papers["files"], "type": "files"}
        for name, papers in hidden.get("documents", {}).items()
        if papers and papers.get("files")
    }
    fields: Tree = pruned(typed_documents(tree)) or {}
    return V2Person(
        id=person.id,
        account=account.id,
        created=v2_created_of(person.id),
        livemode=ctx.livemode,
        metadata=person.metadata,
        updated=hidden.get(UPDATED) or v2_created_of(person.id),
        **fields,
    )


def typed_documents(tree: Tree) -> Tree:
    """Return a tree whose documents with sides say that they have them; a back alone is none."""
    papers: Tree = tree.get("documents") or {}
    for name, paper in papers.items():
        told_of: Mapping[str, Any] = paper or {}
        sides: Mapping[str, Any] = told_of.get("front_back") or {}
        if "front" in sides:
            papers[name] = {**told_of, "type": "front_back"} if sides["front"] else None
    return tree


def _registered(sent: list[Tree] | None) -> Tree:
    chosen: Tree = sent[0] if sent else {}
    names = ("city", "country", "line1", "line2", "postal_code", "state")
    return {name: chosen.get(name) for name in names}


def _names(sent: Any) -> Tree:
    """Return other names as v1 keeps them: aliases in full, and a maiden name."""
    names = cast("list[Mapping[str, Any]]", sent)
    aliases = [_full(each) for each in names if each["purpose"] == "alias"]
    maiden = [each.get("surname") or _full(each) for each in names if each["purpose"] == "maiden"]
    return {"full_name_aliases": aliases, "maiden_name": maiden[0] if maiden else None}


def _full(name: Mapping[str, Any]) -> str:
    parts = (name.get("given_name"), name.get("surname"))
    return name.get("full_name") or " ".join(part for part in parts if part)


def _other_names(person: Person) -> Iterator[dict[str, Any]]:
    nothing = {"full_name": None, "given_name": None, "surname": None}
    for alias in person.full_name_aliases:
        yield nothing | {"full_name": alias, "purpose": "alias"}
    if person.maiden_name:
        yield nothing | {"surname": person.maiden_name, "purpose": "maiden"}


def _addresses(first: Tree, kept: Tree) -> list[Tree] | None:
    registered: Tree | None = pruned(first.get("registered_address"))
    if registered is None:
        return None
    addresses: list[Tree] = kept.get("additional_addresses") or []
    town = addresses[0].get("town") if addresses else None
    return [{**registered, "purpose": "registered", "town": town}]


def _nationalities(person: Person, kept: Tree) -> list[str] | None:
    if person.nationality is None:
        return None
    known: list[str] = kept.get("nationalities") or []
    return known if known[:1] == [person.nationality] else [person.nationality]


def _numbers(account: Account, hidden: Hidden) -> Iterator[dict[str, str]]:
    types: Mapping[str, str] = hidden.get(NUMBER_TYPES, {})
    for slot in SLOTS_OF_PERSONS:
        kind = kind_of_person(slot, account.country, types) if hidden.get(slot) else None
        if kind is not None:
            yield {"type": kind}
