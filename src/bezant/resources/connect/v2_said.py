"""What is said about an account in v2, brought to where v1 has it, and what is kept beside it."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, cast, get_args

from bezant.api.context import Context
from bezant.api.params import Metadata
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect import account_changes, v2_capabilities
from bezant.resources.connect import account_shapes as shapes
from bezant.resources.connect.account import Account
from bezant.resources.connect.account_changes import BESIDE, NUMBER_TYPES
from bezant.resources.connect.account_parts import Structure, check_day, overlaid
from bezant.resources.connect.account_shapes import ADDRESS, AccountType
from bezant.resources.connect.capabilities import CapabilityParams, request
from bezant.resources.connect.papers import check_files, files_in
from bezant.resources.connect.person import Person
from bezant.resources.connect.v2_capabilities import CONFIGURATIONS
from bezant.resources.connect.v2_fields import (
    ACCOUNT,
    ACCOUNT_BESIDE,
    OTHER_ADDRESSES,
    Tree,
    beside,
    found,
    told,
)
from bezant.resources.connect.v2_numbers import company_numbers
from bezant.resources.connect.v2_person import keep_beside, said_of
from bezant.resources.core.account_customer import APPLIED

_NUMBERS = "identity.business_details.id_numbers"
_ADDRESSES = "identity.business_details.additional_addresses"
_STRUCTURE = "identity.business_details.structure"
_TRANSFERS = "configuration.recipient.capabilities.stripe_balance.stripe_transfers"
_FIRST_STRUCTURES = frozenset(cast("tuple[str, ...]", get_args(Structure)))
_SPELLED = shapes.Responsibilities(
    "defaults[responsibilities][fees_collector]",
    "defaults[responsibilities][losses_collector]",
    "requirements",
    "dashboard",
)
"""What v2 calls what says who is responsible; who asks for requirements follows from the rest."""
_TYPED = {"application_custom": "custom", "application_express": "express"}


class Said(NamedTuple):
    """What becomes of an account: its fields, and parts of it that only v2 shows."""

    changes: dict[str, Any]
    beside: Collection[str]


async def said_of_account(
    ctx: Context, account: Account, sent: Tree, metadata: Metadata | None
) -> Said:
    """Return what becomes of an account by what was sent, as plain data in the shape of v2."""
    hidden = ctx.hidden(account)
    await _check_files(ctx, sent)
    _, registered = found(sent, "identity.business_details.registration_date")
    way = "identity[business_details][registration_date]"
    check_day(registered, way, ctx.now().date())
    first, kept = told(sent, ACCOUNT), beside(sent, ACCOUNT_BESIDE)
    types = _number(sent, first)
    _structure(sent, first, kept)
    _other_addresses(sent, first, kept)
    changes = account_changes.changes(ctx, account, first, metadata)
    if types is not None:
        hidden[NUMBER_TYPES] = types
    known, individual = found(sent, "identity.individual")
    if known and individual is not None:
        changes["individual"] = await _individual(ctx, account, individual)
    changes["capabilities"] = _configure(ctx, account, sent)
    parts = {_part(way) for way in ACCOUNT_BESIDE if found(sent, way)[0]}
    if types is not None:
        parts.add("identity")
    if kept:
        hidden[BESIDE] = overlaid(hidden.get(BESIDE, {}), kept)
    return Said(changes, parts - {"contact_phone"})


def responsibilities(
    dashboard: str | None, asked: Mapping[str, Any] | None, version: str | None
) -> tuple[AccountType, dict[str, Any]]:
    """Return an account's type and controller.

    Requirements are the account's own business if it has a dashboard or bears its losses.
    """
    shown = dashboard or "none"
    collectors: Mapping[str, Any] = asked or {}
    fees: str = collectors.get("fees_collector", "application")
    losses: str = collectors.get("losses_collector", "application")
    named = _TYPED.get(fees)
    if named is not None:
        return _typed(named, shown, losses)
    chosen = shapes.Responsibilities(
        fees="account" if fees == "stripe" else fees,
        losses=losses,
        requirements="application" if (shown, losses) == ("none", "application") else "stripe",
        dashboard=shown,
    )
    return shapes.of_responsibilities(chosen, version, _SPELLED)


def _typed(named: str, dashboard: str, losses: str) -> tuple[AccountType, dict[str, Any]]:
    wanted = "none" if named == "custom" else "express"
    if (dashboard, losses) != (wanted, "application"):
        raise InvalidRequest(
            f"The fees collector application_{named} goes with the dashboard {wanted} and the "
            "losses collector application.",
            param=_SPELLED.fees,
        )
    return shapes.of_type("custom" if named == "custom" else "express")


async def _check_files(ctx: Context, sent: Tree) -> None:
    _, papers = found(sent, "identity.business_details.documents")
    named = files_in(papers, "identity[business_details][documents]")
    _, branding = found(sent, "configuration.merchant.branding")
    pictures: Mapping[str, str | None] = branding or {}
    for name in ("icon", "logo"):
        if file := pictures.get(name):
            named[file] = f"configuration[merchant][branding][{name}]"
    await check_files(ctx, named)


def _number(sent: Tree, first: Tree) -> dict[str, str] | None:
    """Put numbers where v1 has them; returns their kinds if any are sent."""
    known, numbers = found(sent, _NUMBERS)
    if not known:
        return None
    values, types = company_numbers(numbers, "identity[business_details][id_numbers]")
    first["company"] = first.get("company", {}) | values
    return types


def _structure(sent: Tree, first: Tree, kept: Tree) -> None:
    """Put a structure where v1 has it, if v1 knows of such a one, and beside it otherwise."""
    known, structure = found(sent, _STRUCTURE)
    if known:
        shared = structure if structure in _FIRST_STRUCTURES else None
        first["company"] = first.get("company", {}) | {"structure": shared}
        details = kept.setdefault("identity", {}).setdefault("business_details", {})
        details["structure"] = None if shared else structure


def _other_addresses(sent: Tree, first: Tree, kept: Tree) -> None:
    """Put addresses where v1 has them by what they are; it has no towns."""
    known, addresses = found(sent, _ADDRESSES)
    if not known:
        return
    company: Tree = first.setdefault("company", {})
    details = kept.setdefault("identity", {}).setdefault("business_details", {})
    details["towns"] = {}
    for purpose, name in OTHER_ADDRESSES.items():
        those = [each for each in addresses or () if each["purpose"] == purpose]
        chosen: Tree = those[-1] if those else {}
        company[name] = {part: chosen.get(part) for part in ADDRESS}
        details["towns"][purpose] = chosen.get("town")


async def _individual(ctx: Context, account: Account, sent: Tree) -> dict[str, Any]:
    said = await said_of(ctx, sent, "identity[individual]")
    person = await account_changes.individual(ctx, account, said.told, _metadata(sent))
    stored = ctx.made(Person, person["id"])
    assert stored is not None, "it has just been saved"
    keep_beside(ctx.hidden(stored), said)
    ctx.save(stored)
    return person


def _metadata(sent: Tree) -> Any:
    """Return metadata as parameters have it, where an empty text unsets all."""
    return "" if "metadata" in sent and sent["metadata"] is None else sent.get("metadata")


def _configure(ctx: Context, account: Account, sent: Tree) -> dict[str, str]:
    """Return the account's capabilities, and note which configurations are applied."""
    hidden = ctx.hidden(account)
    configuration: Tree = sent.get("configuration") or {}
    _, merchant = found(sent, "configuration.merchant.capabilities")
    capabilities: Mapping[str, Tree] = merchant or {}
    asked = {
        v2_capabilities.first_of(name, "configuration[merchant][capabilities]"): each
        for name, each in capabilities.items()
    }
    known, transfers = found(sent, _TRANSFERS)
    if known and transfers:
        asked["transfers"] = transfers
    wanted = {name: CapabilityParams(**each) for name, each in asked.items()}
    names = set(hidden.get(APPLIED, ()))
    for name in CONFIGURATIONS:
        each = configuration.get(name)
        if each is None:
            continue
        names.add(name)
        if each.get("applied") is False:
            names.discard(name)
            wanted |= _given_up(account, name)
    hidden[APPLIED] = sorted(names)
    return request(ctx, account, wanted)


def _given_up(account: Account, configuration: str) -> dict[str, CapabilityParams]:
    """Return that every capability of a configuration is no longer asked for."""
    places = {name: v2_capabilities.placed(name) for name in account.capabilities}
    return {
        name: CapabilityParams(requested=False)
        for name, place in places.items()
        if place is not None and place[0] == configuration
    }


def _part(way: str) -> str:
    """Return which part of an account a field belongs to."""
    names = way.split(".")
    return ".".join(names[:2]) if names[0] == "configuration" else names[0]
