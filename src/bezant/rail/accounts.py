"""Accounts as each country and network names them: one small shape for each way."""

from typing import Literal

from msgspec import Struct


class UsAccount(Struct, frozen=True, tag="us"):
    """An account in the United States: ABA routing number and account number."""

    routing_number: str
    account_number: str
    account_type: Literal["checking", "savings"] = "checking"


class IbanAccount(Struct, frozen=True, tag="iban"):
    """An account by its IBAN (ISO 13616), without spaces; the BIC where one is known."""

    iban: str
    bic: str | None = None


class GbAccount(Struct, frozen=True, tag="gb"):
    """An account in the United Kingdom: six digits of sort code, eight of account number."""

    sort_code: str
    account_number: str
    roll_number: str | None = None


class CaAccount(Struct, frozen=True, tag="ca"):
    """An account in Canada: three digits of institution, five of transit, 5 to 12 of account."""

    institution_number: str
    transit_number: str
    account_number: str


class BicAccount(Struct, frozen=True, tag="bic"):
    """An account abroad by its bank's BIC (ISO 9362) and a number that is no IBAN."""

    account_number: str
    bic: str
    country: str
    clearing_code: str | None = None


class PixKey(Struct, frozen=True, tag="pix"):
    """A Pix key: CPF, CNPJ, phone, e-mail or random key, as the directory has it."""

    key: str
    kind: Literal["cpf", "cnpj", "phone", "email", "evp"]


class BrAccount(Struct, frozen=True, tag="br"):
    """An account in Brazil: ISPB of the participant, branch and account number."""

    ispb: str
    branch: str
    account_number: str
    account_type: Literal["checking", "savings", "payment"] = "checking"


class UpiAddress(Struct, frozen=True, tag="upi"):
    """A virtual payment address, such as name@bank."""

    vpa: str


class InAccount(Struct, frozen=True, tag="in"):
    """An account in India: the branch's IFSC and the account number."""

    ifsc: str
    account_number: str


class CardToken(Struct, frozen=True, tag="card"):
    """A card by the vault's token; its number never stands outside of the vault."""

    token: str
    brand: str
    last4: str


class OwnAccount(Struct, frozen=True, tag="own"):
    """One of the operator's own accounts, by the name of its bank profile."""

    name: str


Account = (
    UsAccount
    | IbanAccount
    | GbAccount
    | CaAccount
    | BicAccount
    | PixKey
    | BrAccount
    | UpiAddress
    | InAccount
    | CardToken
    | OwnAccount
)
"""Any account; which of them a rail reaches is for its objections to say."""
