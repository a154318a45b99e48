"""Parts of an account as they are sent: the business, its people, its settings.

They are kept as plain data in the shape in which the API shows them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, cast

from msgspec import Meta

from bezant.api.params import Check, Currency, Emptyable, Params, Timestamp
from bezant.api.refusals import invalid
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.contact import CountryCode, Email, IpAddress, Phone, WebSite
from bezant.resources.payments.statement_descriptor import Descriptor, Prefix

Text = Annotated[str, Meta(max_length=500)]
Designation = Literal[
    "lgbtqi_owned_business",
    "minority_owned_business",
    "none_of_these_apply",
    "prefer_not_to_answer",
    "women_owned_business",
]
Structure = Literal[
    "free_zone_establishment",
    "free_zone_llc",
    "government_instrumentality",
    "governmental_unit",
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
    "public_partnership",
    "registered_charity",
    "single_member_llc",
    "sole_establishment",
    "sole_proprietorship",
    "tax_exempt_government_instrumentality",
    "unincorporated_association",
    "unincorporated_non_profit",
    "unincorporated_partnership",
]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
Exemption = Literal[
    "qualified_entity_exceeds_ownership_threshold", "qualifies_as_financial_institution"
]
AnyDay = Literal[Weekday, "saturday", "sunday"]


_DELAYS = frozenset({"minimum", *(str(days) for days in range(1, 32))})


def _delay(text: str, param: str) -> str:
    if text in _DELAYS:
        return text
    raise InvalidRequest(
        f"Invalid {param}: must be minimum or a number of days from 1 to 31.",
        code="parameter_invalid",
        param=param,
    )


class Files(Params):
    """Uploaded files, by their ids."""

    files: list[Text] | None = None


class Signer(Params):
    """Who signed a document."""

    person: Text | None = None


class Signed(Files):
    """Uploaded files, and who signed them."""

    signer: Signer | None = None


class AccountDocuments(Params):
    """Papers that support what is said about a business."""

    bank_account_ownership_verification: Files | None = None
    company_license: Files | None = None
    company_memorandum_of_association: Files | None = None
    company_ministerial_decree: Files | None = None
    company_registration_verification: Files | None = None
    company_tax_id_verification: Files | None = None
    proof_of_address: Files | None = None
    proof_of_business_presence: Files | None = None
    proof_of_registration: Signed | None = None
    proof_of_ultimate_beneficial_ownership: Signed | None = None


class Address(Params):
    """A postal address."""

    city: Emptyable[Text] | None = None
    country: Emptyable[CountryCode] | None = None
    line1: Emptyable[Text] | None = None
    line2: Emptyable[Text] | None = None
    postal_code: Emptyable[Text] | None = None
    state: Emptyable[Text] | None = None


class JapaneseAddress(Address):
    """A postal address in Kana or Kanji."""

    town: Emptyable[Text] | None = None


class Date(Params):
    """A day."""

    day: Annotated[int, Meta(ge=1, le=31)]
    month: Annotated[int, Meta(ge=1, le=12)]
    year: Annotated[int, Meta(ge=1600, le=9999)]


class Declaration(Params):
    """Who declared something, when, and from where."""

    date: Timestamp | None = None
    ip: IpAddress | None = None
    user_agent: Emptyable[Text] | None = None


class YearlyRevenue(Params):
    """A year's revenue, in minor units."""

    amount: Annotated[int, Meta(ge=0)]
    currency: Currency
    fiscal_year_end: Text


class MonthlyRevenue(Params):
    """A month's estimated revenue, in minor units."""

    amount: Annotated[int, Meta(ge=0)]
    currency: Currency


class BusinessProfile(Params):
    """The business as its customers see it."""

    annual_revenue: YearlyRevenue | None = None
    estimated_worker_count: Annotated[int, Meta(ge=0)] | None = None
    mcc: Annotated[str, Meta(pattern=r"^\d{4}$")] | None = None
    minority_owned_business_designation: list[Designation] | None = None
    monthly_estimated_revenue: MonthlyRevenue | None = None
    name: Emptyable[Text] | None = None
    product_description: Emptyable[Annotated[str, Meta(max_length=40_000)]] | None = None
    specified_commercial_transactions_act_url: Emptyable[Text] | None = None
    support_address: Address | None = None
    support_email: Emptyable[Email] | None = None
    support_phone: Emptyable[Phone] | None = None
    support_url: Emptyable[WebSite] | None = None
    url: Emptyable[WebSite] | None = None


class CompanyDocument(Params):
    """A document about a company: ids of uploaded files."""

    back: Emptyable[Text] | None = None
    front: Emptyable[Text] | None = None


class CompanyVerification(Params):
    """Documents that say that a company is what it says."""

    document: CompanyDocument | None = None


class Company(Params):
    """The company behind an account."""

    address: Address | None = None
    address_kana: JapaneseAddress | None = None
    address_kanji: JapaneseAddress | None = None
    administrative_address: Address | None = None
    directors_provided: bool | None = None
    directorship_declaration: Declaration | None = None
    executives_provided: bool | None = None
    export_license_id: Text | None = None
    export_purpose_code: Text | None = None
    name: Text | None = None
    name_kana: Text | None = None
    name_kanji: Text | None = None
    owners_provided: bool | None = None
    ownership_declaration: Declaration | None = None
    ownership_exemption_reason: Emptyable[Exemption] | None = None
    phone: Emptyable[Phone] | None = None
    physical_address: Address | None = None
    principal_place_of_business: Address | None = None
    registration_date: Date | None = None
    registration_number: Text | None = None
    representative_declaration: Declaration | None = None
    structure: Emptyable[Structure] | None = None
    tax_id: Text | None = None
    tax_id_registrar: Text | None = None
    vat_id: Text | None = None
    verification: CompanyVerification | None = None


class BacsDebits(Params):
    """How bank debits in the United Kingdom are named."""

    display_name: Text | None = None


class Branding(Params):
    """Pictures, by the ids of uploaded files, and colours."""

    icon: Emptyable[Text] | None = None
    logo: Emptyable[Text] | None = None
    primary_color: Emptyable[Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")]] | None = None
    secondary_color: Emptyable[Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")]] | None = None


class DeclineOn(Params):
    """Which checks of a card must not fail."""

    avs_failure: bool | None = None
    cvc_failure: bool | None = None


class CardPayments(Params):
    """Settings of card payments."""

    decline_on: DeclineOn | None = None
    statement_descriptor_prefix: Emptyable[Prefix] | None = None
    statement_descriptor_prefix_kana: Emptyable[Annotated[str, Meta(max_length=10)]] | None = None
    statement_descriptor_prefix_kanji: Emptyable[Annotated[str, Meta(max_length=10)]] | None = None


class Payments(Params):
    """Settings of all payments."""

    statement_descriptor: Emptyable[Descriptor] | None = None
    statement_descriptor_kana: Annotated[str, Meta(max_length=22)] | None = None
    statement_descriptor_kanji: Annotated[str, Meta(max_length=22)] | None = None


class Schedule(Params):
    """When payouts are to be made."""

    delay_days: Annotated[str, Check(_delay)] | None = None
    interval: Literal["manual", "daily", "weekly", "monthly"] | None = None
    monthly_anchor: Annotated[int, Meta(ge=1, le=31)] | None = None
    monthly_payout_days: list[Annotated[int, Meta(ge=1, le=31)]] | None = None
    weekly_anchor: AnyDay | None = None
    weekly_payout_days: list[Weekday] | None = None


class Payouts(Params):
    """Settings of payouts."""

    debit_negative_balances: bool | None = None
    schedule: Schedule | None = None
    statement_descriptor: Emptyable[Annotated[str, Meta(max_length=22)]] | None = None


class Settings(Params):
    """What an account can choose."""

    bacs_debit_payments: BacsDebits | None = None
    branding: Branding | None = None
    card_payments: CardPayments | None = None
    payments: Payments | None = None
    payouts: Payouts | None = None


class TosAcceptance(Params):
    """When the terms were accepted, and from where."""

    date: Timestamp | None = None
    ip: IpAddress | None = None
    service_agreement: Literal["full", "recipient"] | None = None
    user_agent: Emptyable[Text] | None = None


def check_day(told: Mapping[str, Any] | None, param: str, today: date) -> None:
    """Refuse a day that no calendar has, or that is still to come."""
    parts = [(told or {}).get(name) for name in ("year", "month", "day")]
    if None in parts:
        return
    try:
        day = date(*cast("list[int]", parts))
    except ValueError as error:
        raise invalid(f"Invalid date: there is no such day ({error}).", param) from error
    if day > today:
        raise invalid(f"Invalid date: {day} is still to come.", param)


def plain(params: Params) -> dict[str, Any]:
    """Return what was sent as plain data, with None for what is to be unset."""
    return {name: _plain(value) for name, value in params.changes(without=()).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Params):
        return plain(value)
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast("dict[str, Any]", value).items()}
    return value


def overlaid(stored: dict[str, Any] | None, update: dict[str, Any]) -> dict[str, Any]:
    """Return stored data with an update laid over it, hash by hash."""
    result = dict(stored or {})
    for name, value in update.items():
        if isinstance(value, dict):
            under = cast("dict[str, Any] | None", result.get(name))
            result[name] = overlaid(under, cast("dict[str, Any]", value))
        else:
            result[name] = value
    return result
