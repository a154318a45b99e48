"""Bank methods: bank accounts as rails know them, and what a charge shows of each type."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.refusals import missing
from bezant.kernel.codec import from_base62
from bezant.kernel.ids import RANDOM_BITS
from bezant.rail import (
    Account,
    Address,
    CaAccount,
    GbAccount,
    IbanAccount,
    Party,
    UsAccount,
)
from bezant.resources.core.payment_method import PaymentMethod

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH = 8


class BankMethod(Struct, frozen=True):
    """A type of bank account: the rail that collects from it, and what charges show of it."""

    rail: str
    account: Callable[[dict[str, Any], dict[str, Any]], Account]
    shown: tuple[str, ...]


def _us(shown: dict[str, Any], hidden: dict[str, Any]) -> Account:
    return UsAccount(shown["routing_number"], hidden["account_number"], shown["account_type"])


def _sepa(_shown: dict[str, Any], hidden: dict[str, Any]) -> Account:
    return IbanAccount(hidden["iban"])


def _bacs(shown: dict[str, Any], hidden: dict[str, Any]) -> Account:
    return GbAccount(shown["sort_code"], hidden["account_number"])


def _acss(shown: dict[str, Any], hidden: dict[str, Any]) -> Account:
    number = hidden["account_number"]
    return CaAccount(shown["institution_number"], shown["transit_number"], number)


BANK_METHODS: Mapping[str, BankMethod] = {
    "acss_debit": BankMethod(
        "acss",
        _acss,
        ("bank_name", "fingerprint", "institution_number", "last4", "transit_number"),
    ),
    "bacs_debit": BankMethod("bacs", _bacs, ("fingerprint", "last4", "sort_code")),
    "sepa_debit": BankMethod(
        "sepa_debit_core", _sepa, ("bank_code", "branch_code", "country", "fingerprint", "last4")
    ),
    "us_bank_account": BankMethod(
        "ach",
        _us,
        ("account_holder_type", "account_type", "bank_name", "fingerprint", "last4",
         "routing_number"),
    ),
}  # fmt: skip
"""Types of bank accounts that are collected from."""


def details_of(method: PaymentMethod) -> dict[str, Any]:
    """Return what is shown of a payment method under the name of its type."""
    shown: dict[str, Any] = getattr(method, method.type)
    return shown


def party_of(ctx: Context, method: PaymentMethod) -> Party:
    """Return who holds a bank account, as a rail is told; InvalidRequest without a name."""
    kind = BANK_METHODS[method.type]
    shown, billing = details_of(method), method.billing_details
    if not billing.name:
        raise missing("payment_method_data[billing_details][name]")
    return Party(
        name=billing.name,
        account=kind.account(shown, ctx.hidden(method)),
        holder=shown.get("account_holder_type") or "individual",
        address=_address(method),
        bank_name=shown.get("bank_name") or "",
    )


def mandate_reference(method: PaymentMethod) -> str:
    """Return ten capitals and digits, which every scheme takes, out of an id's random bits."""
    bits = from_base62(method.id.rpartition("_")[2]) & (1 << RANDOM_BITS) - 1
    places = range(0, 5 * _REFERENCE_LENGTH, 5)
    return "BZ" + "".join(_ALPHABET[bits >> place & 31] for place in places)


def charged_details(method: PaymentMethod, **others: Any) -> dict[str, Any]:
    """Return the `payment_method_details` of a charge to a bank account."""
    shown = details_of(method)
    kept = {name: shown[name] for name in BANK_METHODS[method.type].shown}
    return {method.type: kept | others, "type": method.type}


def _address(method: PaymentMethod) -> Address | None:
    address = method.billing_details.address
    if not address.country:
        return None
    return Address(
        country=address.country,
        town=address.city or "",
        postal_code=address.postal_code or "",
        street=address.line1 or "",
        state=address.state or "",
    )
