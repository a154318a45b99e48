"""What may be said in v2 about who is behind an account."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.params import Check, Currency, Emptyable, Params
from bezant.resources.connect.account_parts import Date, Exemption, Text
from bezant.resources.connect.v2_numbers import company_type
from bezant.resources.connect.v2_person_params import (
    Accepted,
    Attested,
    Declared,
    Document,
    Papers,
    Place,
    ScriptPlaces,
    V2Individual,
)
from bezant.resources.core.contact import CountryCode, Phone
from bezant.resources.core.refused import refused

EntityType = Literal["company", "government_entity", "individual", "non_profit"]
Structure = Literal[
    "cooperative",
    "free_zone_establishment",
    "free_zone_llc",
    "government_instrumentality",
    "governmental_unit",
    "incorporated_association",
    "incorporated_non_profit",
    "incorporated_partnership",
    "limited_liability_partnership",
    "llc",
    "multi_member_llc",
    "private_company",
    "private_corporation",
    "private_partnership",
    "public_company",
    "public_corporation",
    "public_listed_corporation",
    "public_partnership",
    "registered_charity",
    "single_member_llc",
    "sole_establishment",
    "sole_proprietorship",
    "tax_exempt_government_instrumentality",
    "trust",
    "unincorporated_association",
    "unincorporated_non_profit",
    "unincorporated_partnership",
]
_NO_MANAGERS = refused("Financial accounts of others are not offered: leave their terms out.")


class PersonsProvided(Params):
    """Whether everybody of a kind is known."""

    directors: bool | None = None
    executives: bool | None = None
    owners: bool | None = None
    ownership_exemption_reason: Emptyable[Exemption] | None = None


class Manager(Params):
    """When the terms of a financial account were accepted."""

    date: Annotated[str, _NO_MANAGERS] | None = None
    ip: Annotated[str, _NO_MANAGERS] | None = None
    user_agent: Annotated[str, _NO_MANAGERS] | None = None


class Terms(Params):
    """Which terms were accepted, when and from where."""

    account: Emptyable[Declared] | None = None
    crypto_money_manager: Manager | None = None
    money_manager: Manager | None = None


class Attestations(Params):
    """What was declared for an account, when and from where."""

    directorship_declaration: Emptyable[Declared] | None = None
    ownership_declaration: Emptyable[Declared] | None = None
    persons_provided: PersonsProvided | None = None
    representative_declaration: Emptyable[Declared] | None = None
    terms_of_service: Terms | None = None


class TokenTerms(Params):
    """Which terms whoever makes the token accepts."""

    account: Accepted | None = None


class TokenAttestations(Params):
    """What whoever makes the token declares."""

    directorship_declaration: Attested | None = None
    ownership_declaration: Attested | None = None
    persons_provided: PersonsProvided | None = None
    representative_declaration: Attested | None = None
    terms_of_service: TokenTerms | None = None


class BusinessAddress(Place):
    """Another address, and what it is."""

    purpose: Literal["administrative", "principal_place_of_business"]


class Sum(Params):
    """An amount of money, in minor units."""

    currency: Currency | None = None
    value: Annotated[int, Meta(ge=0)] | None = None


class AnnualRevenue(Params):
    """A year's revenue."""

    amount: Sum | None = None
    fiscal_year_end: Text | None = None


class MonthlyRevenue(Params):
    """A month's estimated revenue."""

    amount: Sum | None = None


class Signer(Params):
    """Who signed a document."""

    person: Text


class SignedPapers(Papers):
    """Uploaded files, and who signed them."""

    signer: Signer | None = None


class BusinessDocuments(Params):
    """Papers that support what is said about a business."""

    bank_account_ownership_verification: Papers | None = None
    company_license: Papers | None = None
    company_memorandum_of_association: Papers | None = None
    company_ministerial_decree: Papers | None = None
    company_registration_verification: Papers | None = None
    company_tax_id_verification: Papers | None = None
    primary_verification: Emptyable[Document] | None = None
    proof_of_address: Papers | None = None
    proof_of_registration: SignedPapers | None = None
    proof_of_ultimate_beneficial_ownership: SignedPapers | None = None


class CompanyNumber(Params):
    """A number that a business is known by, and what kind of number it is."""

    registrar: Text | None = None
    type: Annotated[str, Check(company_type)]
    value: Text


class RegisteredName(Params):
    """A name in another script."""

    registered_name: Emptyable[Text] | None = None


class BusinessScriptNames(Params):
    """A name in Kana and in Kanji."""

    kana: Emptyable[RegisteredName] | None = None
    kanji: Emptyable[RegisteredName] | None = None


class BusinessDetails(Params):
    """The business behind an account."""

    additional_addresses: Emptyable[list[BusinessAddress]] | None = None
    address: Emptyable[Place] | None = None
    annual_revenue: Emptyable[AnnualRevenue] | None = None
    documents: BusinessDocuments | None = None
    estimated_worker_count: Emptyable[Annotated[int, Meta(ge=0)]] | None = None
    id_numbers: Emptyable[list[CompanyNumber]] | None = None
    monthly_estimated_revenue: Emptyable[MonthlyRevenue] | None = None
    phone: Emptyable[Phone] | None = None
    registered_name: Emptyable[Text] | None = None
    registration_date: Emptyable[Date] | None = None
    script_addresses: ScriptPlaces | None = None
    script_names: BusinessScriptNames | None = None
    structure: Emptyable[Structure] | None = None


class IdentityData(Params):
    """Who is behind an account."""

    business_details: BusinessDetails | None = None
    entity_type: EntityType | None = None
    individual: V2Individual | None = None


class Identity(IdentityData):
    """Who is behind an account, and what was declared for it."""

    attestations: Attestations | None = None
    country: CountryCode | None = None


class TokenIdentity(IdentityData):
    """What a token says of who is behind an account."""

    attestations: TokenAttestations | None = None
