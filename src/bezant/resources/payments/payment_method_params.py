"""What is sent about a payment method, type by type."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.pages import ListParams
from bezant.api.params import Check, Emptyable, Metadata, Params
from bezant.api.refusals import cut, invalid
from bezant.resources.core import payment_method as core
from bezant.resources.core.address import AddressParams, Text
from bezant.resources.core.bank_accounts import HolderType
from bezant.resources.core.payment_method import AllowRedisplay
from bezant.resources.core.refused import refused

_FILE = files("bezant.resources.payments") / "payment_method_banks.csv"
_NO_CONNECTIONS = refused("Bank accounts are not linked here: send their numbers.")
_NO_MANDATES = refused("UPI mandates are not offered.")


@cache
def banks() -> Mapping[tuple[str, str], str]:
    """Return the BIC, or nothing, of each bank that a type of payment method knows."""
    rows = csv.DictReader(_FILE.read_text("utf-8").splitlines())
    return {(row["type"], row["bank"]): row["bic"] for row in rows}


def _bank(text: str, param: str) -> str:
    if (param.partition("[")[0], text) in banks():
        return text
    raise invalid(f"Invalid {param}: {cut(text)} is not a bank that is known.", param)


class Nothing(Params):
    """The hash of a type of which there is nothing to say."""


class UsBankAccount(core.UsBankAccount):
    """A bank account in the United States."""

    financial_connections_account: Annotated[str, _NO_CONNECTIONS] | None = None


class BillingDetailsParams(Params):
    """Who pays with it."""

    address: Emptyable[AddressParams] | None = None
    email: Emptyable[Text] | None = None
    name: Emptyable[Text] | None = None
    phone: Emptyable[Text] | None = None
    tax_id: Emptyable[Text] | None = None


class SepaDebit(Params):
    """A bank account in SEPA; the official command line says here who pays."""

    billing_details: BillingDetailsParams | None = None
    iban: Annotated[str, Meta(max_length=50)]


class BacsDebit(Params):
    """A bank account in the United Kingdom."""

    account_number: Annotated[str, Meta(pattern=r"^\d{8}$")]
    sort_code: Annotated[str, Meta(pattern=r"^\d{2}-?\d{2}-?\d{2}$")]


class AuBecsDebit(Params):
    """A bank account in Australia."""

    account_number: Annotated[str, Meta(pattern=r"^\d{5,9}$")]
    bsb_number: Annotated[str, Meta(pattern=r"^\d{3}-?\d{3}$")]


class AcssDebit(Params):
    """A bank account in Canada."""

    account_number: Annotated[str, Meta(pattern=r"^\d{5,12}$")]
    institution_number: Annotated[str, Meta(pattern=r"^\d{3}$")]
    transit_number: Annotated[str, Meta(pattern=r"^\d{5}$")]


class NzBankAccount(Params):
    """A bank account in New Zealand."""

    account_holder_name: Text | None = None
    account_number: Annotated[str, Meta(pattern=r"^\d{7}$")]
    bank_code: Annotated[str, Meta(pattern=r"^\d{2}$")]
    branch_code: Annotated[str, Meta(pattern=r"^\d{4}$")]
    reference: Text | None = None
    suffix: Annotated[str, Meta(pattern=r"^\d{2,3}$")]


class Payto(Params):
    """A bank account in Australia, or the PayID that stands for it."""

    account_number: Annotated[str, Meta(pattern=r"^\d{5,9}$")] | None = None
    bsb_number: Annotated[str, Meta(pattern=r"^\d{3}-?\d{3}$")] | None = None
    pay_id: Text | None = None


class Bank(Params):
    """A bank of the type's."""

    bank: Annotated[str, Check(_bank)] | None = None


class Fpx(Params):
    """A bank in Malaysia."""

    account_holder_type: HolderType | None = None
    bank: Annotated[str, Check(_bank)]


class Boleto(Params):
    """Who pays by voucher in Brazil: a CPF or a CNPJ."""

    tax_id: Annotated[str, Meta(max_length=20)]


class Sofort(Params):
    """In which country the bank is."""

    country: Literal["AT", "BE", "DE", "ES", "IT", "NL"]


class Date(Params):
    """A day."""

    day: Annotated[int, Meta(ge=1, le=31)]
    month: Annotated[int, Meta(ge=1, le=12)]
    year: Annotated[int, Meta(ge=1600, le=9999)]


class Klarna(Params):
    """When the customer was born."""

    dob: Date | None = None


class NaverPay(Params):
    """From what the wallet pays."""

    funding: Literal["card", "points"] | None = None


class UpiMandate(Params):
    """What a UPI mandate would allow."""

    amount: Annotated[str, _NO_MANDATES] | None = None
    amount_type: Annotated[str, _NO_MANDATES] | None = None
    description: Annotated[str, _NO_MANDATES] | None = None
    end_date: Annotated[str, _NO_MANDATES] | None = None


class Upi(Params):
    """A payer in India."""

    mandate_options: UpiMandate | None = None


class CardNetworks(Params):
    """Which of a card's networks is preferred."""

    preferred: str | None = None


class Card(Params):
    """A card by its number, or a token that stands for one."""

    cvc: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None
    networks: CardNetworks | None = None
    number: str | None = None
    token: str | None = None


class UpdateCardNetworks(Params):
    """Which of a card's networks is preferred from now on."""

    preferred: Emptyable[str] | None = None


class UpdateCard(Params):
    """What of a card can be changed: a new one has the old number and another date."""

    exp_month: int | None = None
    exp_year: int | None = None
    networks: UpdateCardNetworks | None = None


class Custom(Params):
    """A type of the account's own, refused plainly."""

    type: Annotated[str, refused("Payment methods of one's own types are not offered.")]


class RadarOptions(Params):
    """What a browser has been seen as."""

    session: Annotated[str, refused("There are no sessions of browsers.")] | None = None


class UpdateUsBankAccount(Params):
    """What of a bank account can be changed."""

    account_holder_type: HolderType | None = None
    account_type: Literal["checking", "savings"] | None = None


class UpdatePaymentMethod(Params):
    """What of a payment method can be changed."""

    allow_redisplay: AllowRedisplay | None = None
    billing_details: BillingDetailsParams | None = None
    card: UpdateCard | None = None
    metadata: Metadata | None = None
    us_bank_account: UpdateUsBankAccount | None = None


class AttachPaymentMethod(Params):
    """Which customer is to keep it."""

    customer: str | None = None
    customer_account: str | None = None


class ListOfCustomer(ListParams):
    """By what a customer's payment methods are listed."""

    allow_redisplay: AllowRedisplay | None = None
    type: str | None = None


class ListPaymentMethods(ListOfCustomer):
    """By what payment methods are listed."""

    customer: str | None = None
    customer_account: str | None = None
