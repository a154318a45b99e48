"""The person object: somebody behind a business, with numbers that are kept and never shown.

A person's document is in the book of the account. What the account has to know of its persons is
noted beside the account's own document, so that what it may do follows from that one alone.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from msgspec import UNSET, Struct, UnsetType

from bezant.api.context import Context, created_of
from bezant.api.params import Unset, merged
from bezant.api.refusals import no_such
from bezant.api.resource import Expands, Identified
from bezant.kernel.codec import rfc3339
from bezant.ledger.book import Book
from bezant.resources.connect.account_parts import check_day, overlaid
from bezant.resources.connect.account_shapes import ADDRESS
from bezant.resources.core.file import File

MOST = 100
"""How many persons an account can have."""
ROLES = ("authorizer", "director", "executive", "legal_guardian", "owner", "representative")
NUMBERS = {
    "id_number": "id_number_provided",
    "id_number_secondary": "id_number_secondary_provided",
    "ssn_last_4": "ssn_last_4_provided",
}
"""Numbers that are kept hidden, and the fields that say that they are known."""
NUMBER_TYPES = "number_types"
"""Where the hidden part says what kind of number each of them is, if that was said."""
UPDATED = "updated"
"""Where the hidden part says when something was said last, as RFC 3339 writes it."""
TEST_FILES = frozenset(
    f"file_{kind}_{outcome}"
    for kind in ("identity_document", "address_document", "company_document")
    for outcome in ("success", "failure", "successful", "failed")
)
"""Documents that test mode knows without an upload."""

_APART = ("metadata", "person_token")
_SIDES = {"back": None, "details": None, "details_code": None, "front": None}
_RELATIONSHIP: dict[str, Any] = {
    **dict.fromkeys(ROLES, False),
    "percent_ownership": None,
    "title": None,
}
_ACCEPTANCE = {"account": {"date": None, "ip": None, "user_agent": None}}
_TOWN = ADDRESS | {"town": None}
_CFPB = {
    "ethnicity_details": {"ethnicity": None, "ethnicity_other": None},
    "race_details": {"race": None, "race_other": None},
    "self_identified_gender": None,
}
_UNDER = {
    "address_kana": _TOWN,
    "address_kanji": _TOWN,
    "registered_address": ADDRESS,
    "us_cfpb_data": _CFPB,
}
"""What lies under hashes that are shown only once something of them is known."""


class PersonRequirements(Struct, frozen=True):
    """What has to be said about a person."""

    alternatives: tuple[dict[str, Any], ...] = ()
    currently_due: tuple[str, ...] = ()
    errors: tuple[dict[str, str], ...] = ()
    eventually_due: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    pending_verification: tuple[str, ...] = ()


class Person(Identified, tag="person"):
    """Somebody behind a business; `created` in Unix seconds."""

    expands: ClassVar[Expands] = {
        f"verification.{document}.{side}": ("file",)
        for document in ("additional_document", "document")
        for side in ("back", "front")
    }

    account: str
    additional_tos_acceptances: dict[str, Any]
    address: dict[str, Any]
    address_kana: dict[str, Any] | UnsetType = UNSET
    address_kanji: dict[str, Any] | UnsetType = UNSET
    created: int
    dob: dict[str, Any]
    email: str | None = None
    first_name: str | None = None
    first_name_kana: str | UnsetType | None = UNSET
    first_name_kanji: str | UnsetType | None = UNSET
    full_name_aliases: list[str]
    future_requirements: PersonRequirements = PersonRequirements()
    gender: str | None = None
    id_number_provided: bool = False
    id_number_secondary_provided: bool = False
    last_name: str | None = None
    last_name_kana: str | UnsetType | None = UNSET
    last_name_kanji: str | UnsetType | None = UNSET
    maiden_name: str | None = None
    metadata: dict[str, str]
    nationality: str | None = None
    phone: str | None = None
    political_exposure: str | UnsetType = UNSET
    registered_address: dict[str, Any] | UnsetType = UNSET
    relationship: dict[str, Any]
    requirements: PersonRequirements = PersonRequirements()
    ssn_last_4_provided: bool = False
    us_cfpb_data: dict[str, Any] | UnsetType = UNSET
    verification: dict[str, Any]


def nobody(name: str, account: str) -> Person:
    """Return a person of whom nothing is known."""
    return Person(
        id=name,
        account=account,
        additional_tos_acceptances=_ACCEPTANCE,
        address=dict(ADDRESS),
        created=created_of(name),
        dob={"day": None, "month": None, "year": None},
        full_name_aliases=[],
        metadata={},
        relationship=dict(_RELATIONSHIP),
        verification={
            "additional_document": dict(_SIDES),
            "details": None,
            "details_code": None,
            "document": dict(_SIDES),
            "status": "unverified",
        },
    )


def changed(
    ctx: Context,
    person: Person,
    told: Mapping[str, Any],
    metadata: dict[str, str] | Unset | None,
    param: str = "",
) -> dict[str, Any]:
    """Return what a person's fields become; numbers and papers go to the hidden part."""
    check_day(told.get("dob"), inside(param, "dob"), ctx.now().date())
    data = {name: value for name, value in told.items() if name not in _APART}
    hidden = ctx.hidden(person)
    hidden[UPDATED] = rfc3339(ctx.now())
    changes: dict[str, Any] = {"metadata": merged(person.metadata, metadata)}
    for name, provided in NUMBERS.items():
        if name in data:
            number = data.pop(name)
            hidden.pop(name, None)
            hidden.get(NUMBER_TYPES, {}).pop(name, None)
            if number:
                hidden[name] = number
            changes[provided] = bool(number)
    if documents := data.pop("documents", None):
        hidden["documents"] = hidden.get("documents", {}) | documents
    if "dob" in data and data["dob"] is None:
        data["dob"] = {"day": None, "month": None, "year": None}
    if "full_name_aliases" in data:
        data["full_name_aliases"] = data["full_name_aliases"] or []
    if percent := data.get("relationship", {}).get("percent_ownership"):
        data["relationship"] = data["relationship"] | {"percent_ownership": float(percent)}
    for name, value in data.items():
        changes[name] = _laid(name, getattr(person, name), value)
    return changes


def _laid(name: str, stored: Any, value: Any) -> Any:
    """Return a field's new value; hashes are laid over what is known."""
    if not isinstance(value, dict):
        return value
    under: dict[str, Any] = _UNDER.get(name, {}) if isinstance(stored, UnsetType) else stored
    return overlaid(under, cast("dict[str, Any]", value))


async def check_papers(ctx: Context, data: Mapping[str, Any], param: str, book: Book) -> None:
    """Refuse documents that nobody has uploaded."""
    named: dict[str | None, str] = {}
    for way, sides in (
        *((("verification", name), each) for name, each in data.get("verification", {}).items()),
        *((("documents", name), each) for name, each in data.get("documents", {}).items()),
    ):
        for side, value in sides.items():
            for file in cast("list[str | None]", value if isinstance(value, list) else [value]):
                named[file] = inside(param, *way, side)
    named.pop(None, None)
    asked = [name for name in named if name]
    asked = [name for name in asked if ctx.livemode or name not in TEST_FILES]
    if not asked:
        return
    found = await ctx.load_many(File, asked, book=book)
    for name in asked:
        if name not in found:
            raise no_such("file upload", name, named[name])


def inside(param: str, *way: str) -> str:
    """Return the name of a parameter inside another, or inside none."""
    first, *rest = [name for name in (param, *way) if name]
    return first + "".join(f"[{name}]" for name in rest)
