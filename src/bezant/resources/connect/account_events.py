"""What thin events tell of accounts: that there is one, which parts of it have changed, and who.

They are told to the account itself, as `account.updated` is, whichever face a change came through;
that it is closed, to its platform.
"""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import UnsetType

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.resources.connect.account import Account, own_book
from bezant.resources.connect.person import Person
from bezant.resources.connect.v2_capabilities import PAYOUTS, placed

_PARTS = {
    "configuration.customer": "v2.core.account[configuration.customer].updated",
    "configuration.merchant": "v2.core.account[configuration.merchant].updated",
    "configuration.recipient": "v2.core.account[configuration.recipient].updated",
    "defaults": "v2.core.account[defaults].updated",
    "future_requirements": "v2.core.account[future_requirements].updated",
    "identity": "v2.core.account[identity].updated",
    "requirements": "v2.core.account[requirements].updated",
}
_STATUS = {
    "merchant": "v2.core.account[configuration.merchant].capability_status_updated",
    "recipient": "v2.core.account[configuration.recipient].capability_status_updated",
}
_OF_IDENTITY = ("annual_revenue", "estimated_worker_count", "monthly_estimated_revenue")
_OF_DEFAULTS = ("name", "product_description", "url")
_OF_MERCHANTS = ("bacs_debit_payments", "branding", "card_payments", "payments",
                 "sepa_debit_payments")  # fmt: skip


class _Named(Identified, tag="v2.core.account"):
    """An account, as events refer to it."""


class _NamedPerson(Identified, tag="v2.core.account_person"):
    """A person, as events refer to it."""

    account: str


class _NamedLink(Identified, tag="v2.core.account_link"):
    """A link, which events do not refer to: it cannot be read."""


def tell_created(ctx: Context, account: Account) -> None:
    """Tell that there is an account."""
    _tell(ctx, account, "v2.core.account.created")


def tell_closed(ctx: Context, account: Account) -> None:
    """Tell the platform that an account takes no more money; nobody can act for it any more."""
    ctx.emit("v2.core.account.closed", _Named(id=account.id), book=ctx.platform_book)


def tell_updated(
    ctx: Context, before: Account, after: Account, beside: Collection[str] = ()
) -> None:
    """Tell that an account has changed, and in which parts; `beside` are those only v2 shows."""
    _tell(ctx, after, "v2.core.account.updated")
    was, now = _parts(before), _parts(after)
    for part, name in _PARTS.items():
        if part in beside or was.get(part) != now.get(part):
            _tell(ctx, after, name)
    for first in sorted({*before.capabilities, *after.capabilities}):
        place = placed(first)
        if place and before.capabilities.get(first) != after.capabilities.get(first):
            _tell(ctx, after, _STATUS[place[0]], {"updated_capability": place[1]})
    if before.payouts_enabled != after.payouts_enabled:
        kind = "merchant" if was["configuration.merchant"][0] else "recipient"
        _tell(ctx, after, _STATUS[kind], {"updated_capability": PAYOUTS})


def tell_person(ctx: Context, account: Account, person: Person, change: str) -> None:
    """Tell that a person was `created`, `updated` or `deleted`."""
    names = {
        "created": "v2.core.account_person.created",
        "deleted": "v2.core.account_person.deleted",
        "updated": "v2.core.account_person.updated",
    }
    named = _NamedPerson(id=person.id, account=account.id)
    ctx.emit(names[change], named, book=own_book(ctx, account), data={"account_id": account.id})


def tell_returned(
    ctx: Context, account: Account, link: str, use_case: str, configurations: Collection[str]
) -> None:
    """Tell that somebody has left the hosted page for where the link leads back to."""
    data = {
        "account_id": account.id,
        "configurations": sorted(configurations),
        "use_case": use_case,
    }
    named = _NamedLink(id=link)
    ctx.emit("v2.core.account_link.returned", named, book=own_book(ctx, account), data=data)


def _tell(ctx: Context, account: Account, name: str, data: Mapping[str, Any] | None = None) -> None:
    ctx.emit(name, _Named(id=account.id), book=own_book(ctx, account), data=data)


def _parts(account: Account) -> dict[str, Any]:
    """Return what of an account makes up each part, to be compared."""
    profile, settings = account.business_profile, account.settings
    asked = [place for name in account.capabilities if (place := placed(name))]
    merchant = {name: value for name, value in profile.items()
                if name == "mcc" or name.startswith("support_")}  # fmt: skip
    return {
        "configuration.merchant": (
            sorted(name for kind, name in asked if kind == "merchant"),
            merchant,
            [settings.get(name) for name in _OF_MERCHANTS],
        ),
        "configuration.recipient": sorted(name for kind, name in asked if kind == "recipient"),
        "defaults": (
            account.default_currency,
            [profile.get(name) for name in _OF_DEFAULTS],
            [(each.id, each.default_for_currency) for each in account.external_accounts.data],
        ),
        "future_requirements": account.future_requirements,
        "identity": (
            account.business_type,
            account.company,
            account.country,
            [profile.get(name) for name in _OF_IDENTITY],
            account.tos_acceptance,
            _said(account.individual),
        ),
        "requirements": account.requirements,
    }


def _said(individual: dict[str, Any] | UnsetType) -> dict[str, Any] | None:
    """Return what was said about an individual, without what follows from it."""
    if isinstance(individual, UnsetType):
        return None
    left = ("future_requirements", "requirements", "verification")
    said = {name: value for name, value in individual.items() if name not in left}
    papers: dict[str, Any] = individual.get("verification", {})
    said["papers"] = [papers.get(name) for name in ("additional_document", "document")]
    return said
