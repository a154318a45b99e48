"""The card object, as tokens show it: older than payment methods, with other names for brands."""

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import UNSET, UnsetType

from bezant.api.resource import Expands, Identified
from bezant.resources.core.card import CardKept

_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "MasterCard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


class Card(Identified, tag="card"):
    """A card by its last digits."""

    expands: ClassVar[Expands] = {"account": ("account",), "customer": ("customer",)}

    address_city: str | None = None
    address_country: str | None = None
    address_line1: str | None = None
    address_line1_check: str | None = None
    address_line2: str | None = None
    address_state: str | None = None
    address_zip: str | None = None
    address_zip_check: str | None = None
    brand: str
    country: str | None
    currency: str | UnsetType = UNSET
    customer: str | UnsetType | None = UNSET
    cvc_check: str | None = None
    dynamic_last4: None = None
    exp_month: int
    exp_year: int
    fingerprint: str
    funding: str
    last4: str
    metadata: dict[str, str]
    name: str | None = None
    regulated_status: str = "unregulated"
    tokenization_method: None = None


def card_of_method(name: str, card: Mapping[str, Any], customer: str | None) -> Card:
    """Return the card of a payment method under an id."""
    checks: Mapping[str, Any] = card.get("checks") or {}
    return Card(
        id=name,
        address_line1_check=checks.get("address_line1_check"),
        address_zip_check=checks.get("address_postal_code_check"),
        brand=_BRANDS.get(card["brand"], "Unknown"),
        country=card.get("country"),
        customer=customer,
        cvc_check=checks.get("cvc_check"),
        exp_month=card["exp_month"],
        exp_year=card["exp_year"],
        fingerprint=card.get("fingerprint") or "",
        funding=card.get("funding") or "unknown",
        last4=card.get("last4") or "",
        metadata={},
    )


def card_object(name: str, card: CardKept, told: dict[str, Any]) -> Card:
    """Return a kept card under an id, with the address and the name that were told of it."""
    return Card(
        id=name,
        address_line1_check=card.checks.line1,
        address_zip_check=card.checks.postal_code,
        brand=_BRANDS.get(card.range.brand, "Unknown"),
        country=card.range.country,
        cvc_check=card.checks.cvc,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        fingerprint=card.fingerprint,
        funding=card.range.funding,
        last4=card.last4,
        metadata={},
        **told,
    )
