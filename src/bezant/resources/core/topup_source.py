"""The source of a top-up: where its money is to be sent, as each country writes it, and what came.

Stripe's API has words for accounts in the United States and for IBANs; the others are named in the
same spirit, since a source's types are open.
"""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from bezant.kernel.errors import InvalidRequest
from bezant.movement.profile import BankProfile
from bezant.rail import (
    BicAccount,
    BrAccount,
    CaAccount,
    GbAccount,
    IbanAccount,
    InAccount,
    UpiAddress,
    UsAccount,
)

SourceType = Literal[
    "ach_credit_transfer",
    "br_bank_transfer",
    "ca_bank_transfer",
    "gb_bank_transfer",
    "in_bank_transfer",
    "sepa_credit_transfer",
    "swift_bank_transfer",
]


class AchCreditTransfer(Struct, frozen=True):
    """An account in the United States."""

    account_number: str
    bank_name: str
    routing_number: str
    fingerprint: None = None
    refund_account_holder_name: None = None
    refund_account_holder_type: None = None
    refund_routing_number: None = None
    swift_code: None = None


class SepaCreditTransfer(Struct, frozen=True):
    """An account by its IBAN."""

    bank_name: str
    bic: str | None
    iban: str
    refund_account_holder_address_city: None = None
    refund_account_holder_address_country: None = None
    refund_account_holder_address_line1: None = None
    refund_account_holder_address_line2: None = None
    refund_account_holder_address_postal_code: None = None
    refund_account_holder_address_state: None = None
    refund_account_holder_name: None = None
    refund_iban: None = None


class GbBankTransfer(Struct, frozen=True):
    """An account in the United Kingdom."""

    account_holder_name: str
    account_number: str
    bank_name: str
    sort_code: str


class BrBankTransfer(Struct, frozen=True):
    """An account in Brazil, to which Pix pays."""

    account_holder_name: str
    account_number: str
    bank_name: str
    branch: str
    ispb: str


class CaBankTransfer(Struct, frozen=True):
    """An account in Canada."""

    account_holder_name: str
    account_number: str
    bank_name: str
    institution_number: str
    transit_number: str


class InBankTransfer(Struct, frozen=True):
    """An account in India, by its address of UPI or by its branch's IFSC and its number."""

    account_holder_name: str
    bank_name: str
    account_number: str | None = None
    ifsc: str | None = None
    vpa: str | None = None


class SwiftBankTransfer(Struct, frozen=True):
    """An account by its number and its bank's BIC."""

    account_holder_name: str
    account_number: str
    bank_name: str
    bic: str


class Receiver(Struct, frozen=True):
    """What to write on the wire, so that it is recognised, and what has come in; minor units."""

    address: str
    amount_charged: int = 0
    amount_received: int = 0
    amount_returned: int = 0
    refund_attributes_method: str = "none"
    refund_attributes_status: str = "missing"


class Source(Struct, frozen=True, kw_only=True, tag_field="object", tag="source"):
    """Instructions for the transfer that pays for a top-up."""

    id: str
    ach_credit_transfer: AchCreditTransfer | UnsetType = UNSET
    allow_redisplay: None = None
    amount: int
    br_bank_transfer: BrBankTransfer | UnsetType = UNSET
    ca_bank_transfer: CaBankTransfer | UnsetType = UNSET
    client_secret: str
    created: int
    currency: str
    flow: Literal["receiver"] = "receiver"
    gb_bank_transfer: GbBankTransfer | UnsetType = UNSET
    in_bank_transfer: InBankTransfer | UnsetType = UNSET
    livemode: bool
    metadata: dict[str, str]
    owner: None = None
    receiver: Receiver
    sepa_credit_transfer: SepaCreditTransfer | UnsetType = UNSET
    statement_descriptor: str | None
    status: Literal["pending", "consumed", "canceled"] = "pending"
    swift_bank_transfer: SwiftBankTransfer | UnsetType = UNSET
    type: SourceType
    usage: Literal["single_use"] = "single_use"


def receiving(profile: BankProfile) -> dict[str, Any]:
    """Return the type of a source and what it says of the account at a bank, under that name.

    Raises InvalidRequest for an account that nobody could send money to by its numbers.
    """
    holder, bank = profile.holder, profile.bank_name
    found: tuple[SourceType, Struct]
    match profile.details:
        case UsAccount(routing, number):
            found = "ach_credit_transfer", AchCreditTransfer(number, bank, routing)
        case IbanAccount(iban, bic):
            found = "sepa_credit_transfer", SepaCreditTransfer(bank, bic, iban)
        case GbAccount(sort_code, number):
            found = "gb_bank_transfer", GbBankTransfer(holder, number, bank, sort_code)
        case CaAccount(institution, transit, number):
            found = (
                "ca_bank_transfer",
                CaBankTransfer(holder, number, bank, institution, transit),
            )
        case BrAccount(ispb, branch, number):
            found = "br_bank_transfer", BrBankTransfer(holder, number, bank, branch, ispb)
        case UpiAddress(vpa):
            found = "in_bank_transfer", InBankTransfer(holder, bank, vpa=vpa)
        case InAccount(ifsc, number):
            found = "in_bank_transfer", InBankTransfer(holder, bank, number, ifsc)
        case BicAccount(number, bic):
            found = "swift_bank_transfer", SwiftBankTransfer(holder, number, bank, bic)
        case _:
            raise InvalidRequest(
                f"The account at {profile.name} has no numbers that money could be sent to: give "
                "its bank profile some.",
                code="bank_not_connected",
                param="currency",
            )
    kind, details = found
    return {"type": kind, kind: details}
