"""The card object of tokens and customers: older than payment methods, with other brand names."""

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import UNSET, UnsetType

from bezant.api.resource import Expands, Identified

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
    """A card by its last digits; a customer's is the older face of a payment method."""

    expands: ClassVar[Expands] = {"account": ("account",), "customer": ("customer",)}
    filters: ClassVar[Mapping[str, str]] = {"customer": "parent"}

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
    customer: str | UnsetType = UNSET
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

    @classmethod
    def title(cls) -> str:
        """Return what messages call it."""
        return "source"


def card_object(name: str, shown: Mapping[str, Any], told: dict[str, Any]) -> Card:
    """Return what is shown of a card under an id, with the address and the name told of it."""
    checks = shown["checks"]
    told = {"metadata": {}, **told}
    return Card(
        id=name,
        address_line1_check=checks["address_line1_check"],
        address_zip_check=checks["address_postal_code_check"],
        brand=_BRANDS.get(shown["brand"], "Unknown"),
        country=shown["country"],
        cvc_check=checks["cvc_check"],
        exp_month=shown["exp_month"],
        exp_year=shown["exp_year"],
        fingerprint=shown["fingerprint"],
        funding=shown["funding"],
        last4=shown["last4"],
        **told,
    )
