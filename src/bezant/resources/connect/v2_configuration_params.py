"""What may be said in v2 about what an account is used for, and how it looks."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api import refusals
from bezant.api.params import Check, Currency, Emptyable, Metadata, Params
from bezant.resources.connect.account_parts import Text
from bezant.resources.connect.v2_identity_params import Identity, TokenIdentity
from bezant.resources.connect.v2_person_params import Place
from bezant.resources.core.contact import Email, Phone
from bezant.resources.core.refused import refused
from bezant.resources.payments import statement_descriptor

Configured = Literal["customer", "merchant", "recipient"]
Include = Literal[
    "configuration.customer",
    "configuration.merchant",
    "configuration.recipient",
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
]
Color = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")]
_LOCALES = (
    "ar-SA bg bg-BG cs cs-CZ da da-DK de de-DE el el-GR en en-AU en-CA en-GB en-IE en-IN en-NZ "
    "en-SG en-US es es-419 es-ES et et-EE fi fi-FI fil fil-PH fr fr-CA fr-FR he-IL hr hr-HR hu "
    "hu-HU id id-ID it it-IT ja ja-JP ko ko-KR lt lt-LT lv lv-LV ms ms-MY mt mt-MT nb nb-NO nl "
    "nl-NL pl pl-PL pt pt-BR pt-PT ro ro-RO ru ru-RU sk sk-SK sl sl-SI sv sv-SE th th-TH tr tr-TR "
    "vi vi-VN zh zh-HK zh-Hans zh-Hant-HK zh-Hant-TW zh-TW"
)
LOCALES = frozenset(_LOCALES.split())
_NO_TAX = refused("Taxes are not calculated here, so there is no place to find out.")
_NO_METHODS = refused("Payment methods belong to the customers of v1: attach it to one of them.")
_NO_CLOCKS = refused("Accounts do not follow test clocks: leave test_clock out.")
_NO_PAYMENTS = refused(
    "Outbound payments are not offered here, so nothing would come of it. Ask for "
    "stripe_balance[stripe_transfers], and pay out to an external account."
)
_BY_EXTERNAL_ACCOUNT = refused(
    "Make an external account the default with default_for_currency=true at "
    "/v1/accounts/{account}/external_accounts/{id}."
)


def _locale(text: str, param: str) -> str:
    if text in LOCALES:
        return text
    raise refusals.invalid(f"Invalid {param}: {refusals.cut(text)} is no known locale.", param)


class Requested(Params):
    """Whether a capability is asked for."""

    requested: bool | None = None


class NoTax(Params):
    """A capability that is not offered."""

    requested: Annotated[str, _NO_TAX]


class NoPayments(Params):
    """A capability that is not offered."""

    requested: Annotated[str, _NO_PAYMENTS]


class Taxed(Params):
    """Whether a customer pays taxes."""

    exempt: Emptyable[Literal["exempt", "none", "reverse"]] | None = None
    ip_address: Annotated[str, _NO_TAX] | None = None
    validate_location: Annotated[str, _NO_TAX] | None = None


class CustomField(Params):
    """A line on invoices."""

    name: Annotated[str, Meta(max_length=40)]
    value: Annotated[str, Meta(max_length=140)]


class Rendering(Params):
    """How invoices are to look."""

    amount_tax_display: Emptyable[Literal["exclude_tax", "include_inclusive_tax"]] | None = None
    template: Emptyable[Text] | None = None


class Invoice(Params):
    """What invoices are to say."""

    custom_fields: Emptyable[Annotated[list[CustomField], Meta(max_length=4)]] | None = None
    footer: Emptyable[Text] | None = None
    next_sequence: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    prefix: Annotated[str, Meta(pattern=r"^[A-Z0-9]{3,12}$")] | None = None
    rendering: Emptyable[Rendering] | None = None


class Billing(Params):
    """How a customer is billed."""

    default_payment_method: Annotated[str, _NO_METHODS] | None = None
    invoice: Invoice | None = None


class CustomerCapabilities(Params):
    """What a customer may ask for."""

    automatic_indirect_tax: NoTax | None = None


class Shipping(Params):
    """Where goods are to be sent."""

    address: Emptyable[Place] | None = None
    name: Emptyable[Text] | None = None
    phone: Emptyable[Phone] | None = None


class Customer(Params):
    """An account as somebody who pays."""

    applied: bool | None = None
    automatic_indirect_tax: Taxed | None = None
    billing: Billing | None = None
    capabilities: CustomerCapabilities | None = None
    shipping: Emptyable[Shipping] | None = None
    test_clock: Annotated[str, _NO_CLOCKS] | None = None


class BacsDebits(Params):
    """How bank debits in the United Kingdom are named."""

    display_name: Emptyable[Text] | None = None


class Branding(Params):
    """Pictures and colours."""

    icon: Emptyable[Text] | None = None
    logo: Emptyable[Text] | None = None
    primary_color: Emptyable[Color] | None = None
    secondary_color: Emptyable[Color] | None = None


class DeclineOn(Params):
    """Which checks of a card must not fail."""

    avs_failure: bool | None = None
    cvc_failure: bool | None = None


class CardPayments(Params):
    """Settings of card payments."""

    decline_on: DeclineOn | None = None


class Hours(Params):
    """When somebody is there."""

    end_time: Emptyable[Text] | None = None
    start_time: Emptyable[Text] | None = None


class KonbiniSupport(Params):
    """Who helps those who pay in a store."""

    email: Emptyable[Email] | None = None
    hours: Hours | None = None
    phone: Emptyable[Phone] | None = None


class Konbini(Params):
    """Settings of payments in stores."""

    support: KonbiniSupport | None = None


class SepaDebits(Params):
    """How bank debits in Europe are named."""

    creditor_id: Emptyable[Text] | None = None


class Descriptor(Params):
    """What is written on statements of cards and accounts."""

    descriptor: Emptyable[statement_descriptor.Descriptor] | None = None
    prefix: Emptyable[statement_descriptor.Prefix] | None = None


class Script(Params):
    """What is written on them in another script."""

    descriptor: Emptyable[Annotated[str, Meta(max_length=22)]] | None = None
    prefix: Emptyable[Annotated[str, Meta(max_length=10)]] | None = None


class ScriptDescriptor(Params):
    """The same in Kana and in Kanji."""

    kana: Emptyable[Script] | None = None
    kanji: Emptyable[Script] | None = None


class Support(Params):
    """Whom customers can ask."""

    address: Emptyable[Place] | None = None
    email: Emptyable[Email] | None = None
    phone: Emptyable[Phone] | None = None
    url: Emptyable[Text] | None = None


class Merchant(Params):
    """An account as somebody who is paid by customers."""

    applied: bool | None = None
    bacs_debit_payments: BacsDebits | None = None
    branding: Branding | None = None
    capabilities: dict[str, Requested] | None = None
    card_payments: CardPayments | None = None
    konbini_payments: Konbini | None = None
    mcc: Emptyable[Annotated[str, Meta(pattern=r"^\d{4}$")]] | None = None
    script_statement_descriptor: ScriptDescriptor | None = None
    sepa_debit_payments: SepaDebits | None = None
    statement_descriptor: Emptyable[Descriptor] | None = None
    support: Emptyable[Support] | None = None


class BankAccounts(Params):
    """Ways to pay into a bank account without a balance in between."""

    ach: NoPayments | None = None
    fedwire: NoPayments | None = None
    fps: NoPayments | None = None
    local: NoPayments | None = None
    rtp: NoPayments | None = None
    sepa: NoPayments | None = None
    swift: NoPayments | None = None


class Balance(Params):
    """What reaches an account's balance."""

    stripe_transfers: Requested | None = None


class RecipientCapabilities(Params):
    """What a recipient may ask for."""

    bank_accounts: BankAccounts | None = None
    cards: NoPayments | None = None
    stripe_balance: Balance | None = None


class Recipient(Params):
    """An account as somebody to whom the platform passes money on."""

    applied: bool | None = None
    capabilities: RecipientCapabilities | None = None


class Configuration(Params):
    """What an account is used for."""

    customer: Customer | None = None
    merchant: Merchant | None = None
    recipient: Recipient | None = None


class Profile(Params):
    """The business as its customers see it."""

    business_url: Emptyable[Text] | None = None
    doing_business_as: Emptyable[Text] | None = None
    product_description: Emptyable[Annotated[str, Meta(max_length=40_000)]] | None = None


class Responsibilities(Params):
    """Who collects fees, and who bears losses."""

    fees_collector: Literal["application", "application_custom", "application_express", "stripe"]
    losses_collector: Literal["application", "stripe"]


class Defaults(Params):
    """What holds for an account unless something else is said."""

    currency: Currency | None = None
    locales: Emptyable[list[Annotated[str, Check(_locale)]]] | None = None
    payout_methods: dict[str, Annotated[str, _BY_EXTERNAL_ACCOUNT]] | None = None
    profile: Profile | None = None
    responsibilities: Responsibilities | None = None


class V2AccountParams(Params):
    """What an account is made of, and what of it can be changed."""

    account_token: Text | None = None
    configuration: Configuration | None = None
    contact_email: Emptyable[Email] | None = None
    contact_phone: Emptyable[Phone] | None = None
    dashboard: Literal["express", "full", "none"] | None = None
    defaults: Defaults | None = None
    display_name: Emptyable[Text] | None = None
    identity: Identity | None = None
    include: list[Include] | None = None
    metadata: Metadata | None = None


class AccountTokenParams(Params):
    """What a token says about an account."""

    contact_email: Emptyable[Email] | None = None
    contact_phone: Emptyable[Phone] | None = None
    display_name: Emptyable[Text] | None = None
    identity: TokenIdentity | None = None
