"""Where each field of v2 accounts and persons is in v1; pure.

Both faces show the same documents: what v2 says is written where v1 has it, and shown from there.
What v1 has no place for is kept beside the document, in the shape of v2.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from bezant.api.v2 import moment_of
from bezant.kernel.codec import rfc3339, unix_seconds
from bezant.resources.connect.account_parts import overlaid

Tree = dict[str, Any]


class Pair(NamedTuple):
    """A field: its way in v2 and in v1; moments are Unix seconds in v1, flags are never null."""

    second: str
    first: str
    kind: str = "same"


def _address(second: str, first: str) -> list[Pair]:
    names = ("city", "country", "line1", "line2", "postal_code", "state")
    return [Pair(f"{second}.{name}", f"{first}.{name}") for name in names]


def _scripts(second: str, first: str) -> list[Pair]:
    found: list[Pair] = []
    for script in ("kana", "kanji"):
        found += _address(f"{second}.{script}", f"{first}_{script}")
        found.append(Pair(f"{second}.{script}.town", f"{first}_{script}.town"))
    return found


def _declared(second: str, first: str) -> list[Pair]:
    return [
        Pair(f"{second}.date", f"{first}.date", "moment"),
        Pair(f"{second}.ip", f"{first}.ip"),
        Pair(f"{second}.user_agent", f"{first}.user_agent"),
    ]


def _document(second: str, first: str) -> list[Pair]:
    way = f"documents.{second}.front_back"
    return [Pair(f"{way}.{side}", f"verification.{first}.{side}") for side in ("back", "front")]


PERSON: Sequence[Pair] = (
    *_address("address", "address"),
    *_declared("additional_terms_of_service.account", "additional_tos_acceptances.account"),
    *(Pair(f"date_of_birth.{part}", f"dob.{part}") for part in ("day", "month", "year")),
    *_document("primary_verification", "document"),
    *_document("secondary_verification", "additional_document"),
    Pair("email", "email"),
    Pair("given_name", "first_name"),
    Pair("legal_gender", "gender"),
    Pair("phone", "phone"),
    Pair("political_exposure", "political_exposure"),
    *(
        Pair(f"relationship.{role}", f"relationship.{role}", "flag")
        for role in ("authorizer", "director", "executive", "legal_guardian", "owner",
                     "representative")
    ),
    Pair("relationship.percent_ownership", "relationship.percent_ownership"),
    Pair("relationship.title", "relationship.title"),
    *_scripts("script_addresses", "address"),
    *(
        Pair(f"script_names.{script}.{second}", f"{first}_{script}")
        for script in ("kana", "kanji")
        for second, first in (("given_name", "first_name"), ("surname", "last_name"))
    ),
    Pair("surname", "last_name"),
)  # fmt: skip
"""The fields of a person."""

_BUSINESS = (
    *_address("address", "company.address"),
    Pair("annual_revenue.amount.currency", "business_profile.annual_revenue.currency"),
    Pair("annual_revenue.amount.value", "business_profile.annual_revenue.amount"),
    Pair("annual_revenue.fiscal_year_end", "business_profile.annual_revenue.fiscal_year_end"),
    *(Pair(a, f"company.{b}") for a, b, _ in _document("primary_verification", "document")),
    Pair("estimated_worker_count", "business_profile.estimated_worker_count"),
    Pair(
        "monthly_estimated_revenue.amount.currency",
        "business_profile.monthly_estimated_revenue.currency",
    ),
    Pair(
        "monthly_estimated_revenue.amount.value",
        "business_profile.monthly_estimated_revenue.amount",
    ),
    Pair("phone", "company.phone"),
    Pair("registered_name", "company.name"),
    *(
        Pair(f"registration_date.{part}", f"company.registration_date.{part}")
        for part in ("day", "month", "year")
    ),
    *_scripts("script_addresses", "company.address"),
    *(
        Pair(f"script_names.{script}.registered_name", f"company.name_{script}")
        for script in ("kana", "kanji")
    ),
)
_ATTESTED = (
    *_declared("directorship_declaration", "company.directorship_declaration"),
    *_declared("ownership_declaration", "company.ownership_declaration"),
    *(
        Pair(f"persons_provided.{part}", f"company.{part}_provided", "flag")
        for part in ("directors", "executives", "owners")
    ),
    Pair("persons_provided.ownership_exemption_reason", "company.ownership_exemption_reason"),
    *_declared("representative_declaration", "company.representative_declaration"),
    *_declared("terms_of_service.account", "tos_acceptance"),
)
_MERCHANT = (
    Pair("bacs_debit_payments.display_name", "settings.bacs_debit_payments.display_name"),
    *(
        Pair(f"branding.{name}", f"settings.branding.{name}")
        for name in ("icon", "logo", "primary_color", "secondary_color")
    ),
    *(
        Pair(f"card_payments.decline_on.{name}", f"settings.card_payments.decline_on.{name}",
             "flag")
        for name in ("avs_failure", "cvc_failure")
    ),
    Pair("mcc", "business_profile.mcc"),
    *(
        Pair(f"script_statement_descriptor.{script}.{second}", f"settings.{first}_{script}")
        for script in ("kana", "kanji")
        for second, first in (
            ("descriptor", "payments.statement_descriptor"),
            ("prefix", "card_payments.statement_descriptor_prefix"),
        )
    ),
    Pair("sepa_debit_payments.creditor_id", "settings.sepa_debit_payments.creditor_id"),
    Pair("statement_descriptor.descriptor", "settings.payments.statement_descriptor"),
    Pair("statement_descriptor.prefix", "settings.card_payments.statement_descriptor_prefix"),
    *_address("support.address", "business_profile.support_address"),
    *(
        Pair(f"support.{name}", f"business_profile.support_{name}")
        for name in ("email", "phone", "url")
    ),
)  # fmt: skip
ACCOUNT: Sequence[Pair] = (
    *(Pair(f"configuration.merchant.{a}", b, kind) for a, b, kind in _MERCHANT),
    Pair("contact_email", "email"),
    Pair("defaults.currency", "default_currency"),
    Pair("defaults.profile.business_url", "business_profile.url"),
    Pair("defaults.profile.doing_business_as", "business_profile.name"),
    Pair("defaults.profile.product_description", "business_profile.product_description"),
    Pair("display_name", "settings.dashboard.display_name"),
    *(Pair(f"identity.attestations.{a}", b, kind) for a, b, kind in _ATTESTED),
    *(Pair(f"identity.business_details.{a}", b, kind) for a, b, kind in _BUSINESS),
    Pair("identity.country", "country"),
    Pair("identity.entity_type", "business_type"),
)
"""The fields of an account; of its individual, those of a person."""

_BUSINESS_PAPERS = (
    "bank_account_ownership_verification", "company_license", "company_memorandum_of_association",
    "company_ministerial_decree", "company_registration_verification",
    "company_tax_id_verification", "proof_of_address", "proof_of_registration",
    "proof_of_ultimate_beneficial_ownership",
)  # fmt: skip
ACCOUNT_BESIDE = (
    "configuration.customer.automatic_indirect_tax",
    "configuration.customer.billing",
    "configuration.customer.shipping",
    "configuration.merchant.konbini_payments",
    "configuration.merchant.support.address.town",
    "contact_phone",
    "defaults.locales",
    "identity.business_details.address.town",
    *(f"identity.business_details.documents.{name}" for name in _BUSINESS_PAPERS),
)
OTHER_ADDRESSES = {
    "administrative": "administrative_address",
    "principal_place_of_business": "principal_place_of_business",
}
"""What v1 calls the other addresses of a business, by what they are."""
PERSON_BESIDE = ("address.town",)
"""What v1 has no place for."""


def told(second: Mapping[str, Any], pairs: Iterable[Pair]) -> Tree:
    """Return what was said in v2 as v1 would say it, with None for what is to be unset."""
    first: Tree = {}
    for pair in pairs:
        known, value = found(second, pair.second)
        if known:
            put(first, pair.first, _to_first(pair.kind, value))
    return first


def beside(second: Mapping[str, Any], ways: Iterable[str]) -> Tree:
    """Return what of it has to be kept beside."""
    kept: Tree = {}
    for way in ways:
        known, value = found(second, way)
        if known:
            put(kept, way, value)
    return kept


def shown(first: Mapping[str, Any], kept: Tree, pairs: Iterable[Pair]) -> Tree:
    """Return what v1 has, and what is kept beside it, as v2 shows it."""
    second: Tree = {}
    for pair in pairs:
        _, value = found(first, pair.first)
        put(second, pair.second, _to_second(pair.kind, value))
    return overlaid(second, kept)


def found(tree: Any, way: str) -> tuple[bool, Any]:
    """Return whether something is said at a way, and what; a hash that is unset unsets all in it.

    An empty hash says nothing of what would be in it.
    """
    for name in way.split("."):
        if tree is None:
            return True, None
        if not isinstance(tree, dict) or name not in tree:
            return False, None
        tree = cast("Tree", tree)[name]
    return True, tree


def put(tree: Tree, way: str, value: Any) -> None:
    """Write a value where a way leads, through hashes that are made on it."""
    *before, last = way.split(".")
    for name in before:
        under: Any = tree.get(name)
        if not isinstance(under, dict):
            under = tree[name] = {}
        tree = cast("Tree", under)
    tree[last] = value


def pruned(value: Any) -> Any:
    """Return a tree in which a hash of nulls is null."""
    if not isinstance(value, dict):
        return value
    tree: Tree = {name: pruned(each) for name, each in cast("Tree", value).items()}
    return tree if any(each is not None for each in tree.values()) else None


def _to_first(kind: str, value: Any) -> Any:
    if kind == "flag":
        return bool(value)
    if kind == "moment" and value is not None:
        return unix_seconds(moment_of(value, "date"))
    return value


def _to_second(kind: str, value: Any) -> Any:
    if kind == "flag":
        return bool(value)
    if kind == "moment" and value is not None:
        return rfc3339(datetime.fromtimestamp(value, UTC))
    return value
