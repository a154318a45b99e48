"""The account object of v2: another view of the account that v1 has.

`configuration`, `defaults`, `identity` and the requirements are null unless they are asked for.
"""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from bezant.api.context import Context, Hidden
from bezant.api.v2 import V2Resource, v2_created_of
from bezant.kernel.codec import encode_json
from bezant.resources.connect import v2_capabilities, v2_requirements
from bezant.resources.connect.account import Account
from bezant.resources.connect.account_changes import BESIDE, NUMBER_TYPES
from bezant.resources.connect.standing import view
from bezant.resources.connect.v2_fields import ACCOUNT, OTHER_ADDRESSES, Tree, pruned, shown
from bezant.resources.connect.v2_numbers import SLOTS_OF_COMPANIES, kind_of_company
from bezant.resources.connect.v2_person import V2Person, individual_of, typed_documents

_COLLECTORS = {"account": "stripe"}
_OF = {
    "customer": ("automatic_indirect_tax", "billing", "capabilities", "shipping", "test_clock"),
    "merchant": ("bacs_debit_payments", "branding", "card_payments", "konbini_payments", "mcc",
                 "script_statement_descriptor", "sepa_debit_payments", "statement_descriptor",
                 "support"),
    "recipient": (),
}  # fmt: skip
"""The parts of each configuration."""
_NO_INVOICE: Tree = {"custom_fields": [], "footer": None, "next_sequence": None, "prefix": None,
               "rendering": None}  # fmt: skip


class V2Account(V2Resource, tag="v2.core.account"):
    """A business or a person that the platform deals with; what is not known is null."""

    applied_configurations: list[str]
    closed: bool = False
    configuration: dict[str, Any] | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    dashboard: str | None = None
    defaults: dict[str, Any] | None = None
    display_name: str | None = None
    future_requirements: dict[str, Any] | None = None
    identity: dict[str, Any] | None = None
    metadata: dict[str, str]
    requirements: dict[str, Any] | None = None


async def shown_account(
    ctx: Context, account: Account, include: Collection[str] | None, *, closed: bool = False
) -> V2Account:
    """Return an account as v2 shows it, with the parts that were asked for."""
    asked = frozenset(include or ())
    person = await individual_of(ctx, account) if "identity" in asked else None
    return view_of(ctx, account, asked, person, closed=closed)


def view_of(
    ctx: Context,
    account: Account,
    asked: Collection[str],
    person: V2Person | None,
    *,
    closed: bool = False,
) -> V2Account:
    """Return the parts of an account that were asked for; `person` is its individual."""
    hidden = ctx.hidden(account)
    tree = _whole(account, hidden)
    has = [] if closed else v2_capabilities.applied(account.capabilities, hidden)
    due = _due(ctx, account, has) if {"requirements", "future_requirements"} & {*asked} else None
    parts: dict[str, Any] = {
        "configuration": _configuration(ctx, account, tree, has, asked),
        "defaults": _defaults(account, tree) if "defaults" in asked else None,
        "identity": _identity(account, tree, person) if "identity" in asked else None,
    }
    if due is not None and "requirements" in asked:
        parts["requirements"] = v2_requirements.told(due)
    if due is not None and "future_requirements" in asked:
        parts["future_requirements"] = v2_requirements.future(_foretold(ctx, account, due))
    return V2Account(
        id=account.id,
        applied_configurations=has,
        closed=closed,
        contact_email=account.email,
        contact_phone=tree.get("contact_phone"),
        created=v2_created_of(account.id),
        dashboard=account.controller.get("stripe_dashboard", {}).get("type"),
        display_name=tree.get("display_name"),
        livemode=ctx.livemode,
        metadata=account.metadata,
        **parts,
    )


def _whole(account: Account, hidden: Hidden) -> Tree:
    """Return everything that is known, as v2 tells it."""
    first: Tree = msgspec.to_builtins(account)
    tree = shown(first, hidden.get(BESIDE, {}), ACCOUNT)
    details: Tree = tree["identity"]["business_details"]
    details["structure"] = account.company.get("structure") or details.get("structure")
    types: Mapping[str, str] = hidden.get(NUMBER_TYPES, {})
    numbers: Mapping[str, str] = hidden.get("company", {})
    kinds = (
        kind_of_company(slot, account.country, types) for slot in SLOTS_OF_COMPANIES
        if numbers.get(slot)
    )  # fmt: skip
    registrar = account.company.get("tax_id_registrar")
    details["id_numbers"] = [
        {"registrar": registrar, "type": kind} for kind in dict.fromkeys(kinds) if kind
    ] or None
    towns: Mapping[str, str | None] = details.pop("towns", {})
    details["additional_addresses"] = [
        {**address, "purpose": purpose, "town": towns.get(purpose)}
        for purpose, name in OTHER_ADDRESSES.items()
        if (address := pruned(account.company.get(name)))
    ] or None
    details["documents"] = {
        name: {**paper, "type": "files"} if paper and paper.get("files") else paper
        for name, paper in typed_documents(details)["documents"].items()
        if name != "proof_of_business_presence"  # Which v2 does not know.
    }
    return tree


def _configuration(
    ctx: Context, account: Account, tree: Tree, has: Collection[str], asked: Collection[str]
) -> dict[str, Any] | None:
    wanted = [name for name in v2_capabilities.CONFIGURATIONS if f"configuration.{name}" in asked]
    if not wanted:
        return None
    reason = account.requirements.disabled_reason
    statuses = {
        name: v2_capabilities.status(view(ctx, account, name), reason)
        for name in account.capabilities
    }
    payouts = v2_capabilities.payouts(account.payouts_enabled, reason)
    known: Tree = tree.get("configuration", {})
    return {
        name: _configured(name, known.get(name) or {}, statuses, payouts)
        if name in wanted and name in has
        else None
        for name in v2_capabilities.CONFIGURATIONS
    }


def _configured(
    name: str, known: Tree, statuses: Mapping[str, Any], payouts: Mapping[str, Any]
) -> dict[str, Any]:
    fields: dict[str, Any] = pruned(known) or {}
    if name == "customer":
        return {"applied": True, **dict.fromkeys(_OF[name]), **_customer(fields)}
    capabilities = v2_capabilities.configured(statuses, name)
    if capabilities or name == "merchant":
        capabilities.setdefault("stripe_balance", {})["payouts"] = payouts
    whole = {**dict.fromkeys(_OF[name]), **fields}
    return {"applied": True, **whole, "capabilities": capabilities or None}


def _customer(fields: Tree) -> Tree:
    billing: Tree | None = fields.get("billing")
    if billing is not None:
        said: Tree = billing.get("invoice") or {}
        billing = {"default_payment_method": None, "invoice": _NO_INVOICE | said}
    return fields | {"billing": billing}


def _defaults(account: Account, tree: Tree) -> dict[str, Any]:
    known: Tree = tree["defaults"]
    controller = account.controller
    fees = controller.get("fees", {}).get("payer")
    return {
        "currency": known["currency"],
        "locales": known.get("locales"),
        "payout_methods": {
            each.currency: each.id
            for each in account.external_accounts.data
            if each.default_for_currency
        },
        "profile": pruned(known["profile"]),
        "responsibilities": {
            "fees_collector": _COLLECTORS.get(fees or "account", fees),
            "losses_collector": controller.get("losses", {}).get("payments"),
            "requirements_collector": controller.get("requirement_collection", "stripe"),
        },
    }


def _identity(account: Account, tree: Tree, person: V2Person | None) -> dict[str, Any]:
    known: Tree = tree["identity"]
    told = {
        "attestations": pruned(known["attestations"]),
        "business_details": pruned(known["business_details"]),
        "country": account.country,
        "entity_type": account.business_type,
        "individual": None,
    }
    if person is not None:
        whole: Tree = msgspec.json.decode(encode_json(person))
        del whole["livemode"]
        told["individual"] = whole
    return told


def _due(ctx: Context, account: Account, has: Collection[str]) -> v2_requirements.Due:
    capabilities = {name: view(ctx, account, name).requirements for name in account.capabilities}
    payouts_of = "merchant" if "merchant" in has else "recipient"
    return v2_requirements.Due(account.country, account.requirements, capabilities, payouts_of)


def _foretold(ctx: Context, account: Account, due: v2_requirements.Due) -> v2_requirements.Due:
    capabilities = {
        name: view(ctx, account, name).future_requirements for name in account.capabilities
    }
    return v2_requirements.Due(
        due.country, account.future_requirements, capabilities, due.payouts_of
    )
