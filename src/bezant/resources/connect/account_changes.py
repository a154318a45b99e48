"""What becomes of an account, and of its individual, when something is said about them.

What is said is plain data in the shape in which v1 shows it, with None for what is to be unset:
both faces of the API bring it into that shape, so that it has the same effect through either.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UnsetType

from bezant.api.context import Context
from bezant.api.params import Unset, merged
from bezant.resources.connect.account import Account, own_book
from bezant.resources.connect.account_events import tell_person
from bezant.resources.connect.account_parts import check_day, overlaid
from bezant.resources.connect.account_shapes import ADDRESS, COMPANY
from bezant.resources.connect.facts import note, of_person
from bezant.resources.connect.person import Person, changed, nobody
from bezant.resources.connect.standing import shown

Told = Mapping[str, Any]
MetadataTold = dict[str, str] | Unset | None

_PLAIN = ("business_type", "country", "default_currency", "email")
_LAID = ("business_profile", "settings", "tos_acceptance")
_NUMBERS: Mapping[str, str | None] = {
    "registration_number": None,
    "tax_id": "tax_id_provided",
    "vat_id": "vat_id_provided",
}
"""Numbers of a company that are kept hidden, and the fields that say that they are known."""
BESIDE = "v2"
"""Where a hidden part keeps what v1 does not show, in the shape of v2."""
NUMBER_TYPES = "number_types"
"""Where the hidden part says what kind of number each of them is, if that was said."""
_DECLARED = {"date": None, "ip": None, "user_agent": None}
_TOWN = ADDRESS | {"town": None}
_UNDER: Mapping[str, Mapping[str, Any]] = {
    "address_kana": _TOWN,
    "address_kanji": _TOWN,
    "administrative_address": ADDRESS,
    "annual_revenue": {"amount": None, "currency": None, "fiscal_year_end": None},
    "directorship_declaration": _DECLARED,
    "monthly_estimated_revenue": {"amount": None, "currency": None},
    "ownership_declaration": _DECLARED,
    "physical_address": ADDRESS,
    "principal_place_of_business": ADDRESS,
    "registration_date": {"day": None, "month": None, "year": None},
    "representative_declaration": _DECLARED,
}
"""What lies under hashes that are shown only once something of them is known."""


def changes(ctx: Context, account: Account, told: Told, metadata: MetadataTold) -> dict[str, Any]:
    """Return what the fields of an account become; numbers go to its hidden part."""
    found: dict[str, Any] = {"metadata": merged(account.metadata, metadata)}
    found |= {name: told[name] for name in _PLAIN if name in told}
    for name in _LAID:
        if name in told:
            found[name] = _laid(getattr(account, name), told[name])
    if "company" in told:
        registered = told["company"].get("registration_date")
        check_day(registered, "company[registration_date]", ctx.now().date())
        company = _laid(account.company, _hide(ctx, account, dict(told["company"])))
        found["company"] = {
            name: value for name, value in company.items() if value is not None or name in COMPANY
        }
    if "documents" in told:
        kept = {"identity": {"business_details": {"documents": told["documents"]}}}
        hidden = ctx.hidden(account)
        hidden[BESIDE] = overlaid(hidden.get(BESIDE, {}), kept)
    return found


async def individual(
    ctx: Context, account: Account, told: Told, metadata: MetadataTold
) -> dict[str, Any]:
    """Return the account's individual, who is a person like others, as it becomes."""
    book = own_book(ctx, account)
    if isinstance(account.individual, UnsetType):
        made = nobody(ctx.new_id("person", book), account.id)
        made.relationship["representative"] = True
        person = ctx.create(made, book=book)
    else:
        person = await ctx.load(Person, account.individual["id"], book=book)
        ctx.seen(shown(ctx, account, person))
    person = ctx.save(person, **changed(ctx, person, told, metadata, "individual"))
    note(ctx.hidden(account), person.id, of_person(ctx, person))
    return msgspec.to_builtins(person)


def tell_individual(ctx: Context, before: Account, after: Account) -> None:
    """Tell of an account's individual, if something was said about it here."""
    if isinstance(after.individual, UnsetType):
        return
    person = ctx.made(Person, after.individual["id"])
    if person is not None:
        known = not isinstance(before.individual, UnsetType)
        name = "person.updated" if known else "person.created"
        ctx.emit(name, shown(ctx, after, person), book=own_book(ctx, after))
        tell_person(ctx, after, person, name.partition(".")[2])


def _laid(stored: dict[str, Any], update: dict[str, Any]) -> dict[str, Any]:
    """Return stored data with an update laid over it; hashes that are new are whole."""
    fresh = {
        name: dict(_UNDER[name])
        for name, value in update.items()
        if name in _UNDER and isinstance(value, dict) and not stored.get(name)
    }
    return overlaid(stored | fresh, update)


def _hide(ctx: Context, account: Account, data: dict[str, Any]) -> dict[str, Any]:
    """Move numbers that are never shown to the account's hidden part."""
    hidden: dict[str, Any] = ctx.hidden(account).setdefault("company", {})
    for name, provided in _NUMBERS.items():
        if name in data:
            hidden[name] = data.pop(name)
            ctx.hidden(account).get(NUMBER_TYPES, {}).pop(name, None)
            if provided:
                data[provided] = bool(hidden[name])
    return data
