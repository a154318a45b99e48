"""Capabilities in v2: each belongs to a configuration, and has a name and a status there."""

from collections.abc import Iterable, Mapping
from typing import Any

from bezant.api import refusals
from bezant.resources.connect.capability import Capability
from bezant.resources.core.account_customer import APPLIED

_RENAMED = {"ach_debit_payments": "us_bank_account_ach_payments"}
_METHODS = (
    "ach_debit acss_debit affirm afterpay_clearpay alma amazon_pay au_becs_debit bacs_debit "
    "bancontact blik blik_recurring boleto card cartes_bancaires cashapp eps fpx gb_bank_transfer "
    "grabpay ideal jcb jp_bank_transfer kakao_pay klarna konbini kr_card link mobilepay multibanco "
    "mx_bank_transfer naver_pay oxxo p24 pay_by_bank payco paynow promptpay revolut_pay "
    "samsung_pay satispay sepa_bank_transfer sepa_debit sequra sunbit swish twint us_bank_transfer "
    "zip"
)
_OF_MERCHANTS = {
    name: _RENAMED.get(name, name) for name in (f"{each}_payments" for each in _METHODS.split())
}
"""What a merchant can ask for, and what v1 calls it."""
_SECOND = {first: ("merchant", second) for second, first in _OF_MERCHANTS.items()} | {
    "transfers": ("recipient", "stripe_balance.stripe_transfers")
}
PAYOUTS = "stripe_balance.payouts"
CONFIGURATIONS = ("customer", "merchant", "recipient")
COLUMN_OF = {"customer": "reference", "merchant": "type", "recipient": "group"}
_REJECTED = {
    "rejected.fraud": "rejected_fraud",
    "rejected.incomplete_verification": "rejected_incomplete_verification",
    "rejected.listed": "rejected_listed",
    "rejected.platform_fraud": "rejected_platform_fraud",
    "rejected.platform_other": "rejected_platform_other",
    "rejected.platform_terms_of_service": "rejected_platform_terms_of_service",
    "rejected.terms_of_service": "rejected_terms_of_service",
}


def placed(first: str) -> tuple[str, str] | None:
    """Return the configuration and the name of a capability of v1; None if v2 has none."""
    return _SECOND.get(first)


def applied(asked: Iterable[str], hidden: Mapping[str, Any]) -> list[str]:
    """Return which configurations an account has: those applied, and those it has asked for."""
    places = (placed(name) for name in asked)
    having = {place[0] for place in places if place is not None}
    return sorted({*having, *hidden.get(APPLIED, ())})


def columns(asked: Iterable[str], hidden: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the columns by which accounts are listed: one for each configuration."""
    having = applied(asked, hidden)
    return {column: name if name in having else None for name, column in COLUMN_OF.items()}


def first_of(name: str, param: str) -> str:
    """Return what v1 calls something that a merchant asks for; InvalidRequest for no such thing."""
    if name not in _OF_MERCHANTS:
        raise refusals.unknown([f"{param}[{name[:64]}]"])
    return _OF_MERCHANTS[name]


def status(capability: Capability, disabled_reason: str | None) -> dict[str, Any]:
    """Return how a capability stands; the reason is the account's."""
    if (disabled_reason or "").startswith("rejected."):
        return rejected(disabled_reason)
    if capability.status == "active":
        return {"status": "active", "status_details": []}
    if capability.status == "pending":
        return _told("pending", "requirements_pending_verification", "no_resolution")
    return _told("restricted", "requirements_past_due", "provide_info")


def payouts(enabled: bool, disabled_reason: str | None) -> dict[str, Any]:
    """Return how payouts stand."""
    if (disabled_reason or "").startswith("rejected."):
        return rejected(disabled_reason)
    if enabled:
        return {"status": "active", "status_details": []}
    return _told("restricted", "requirements_past_due", "provide_info")


def rejected(reason: str | None) -> dict[str, Any]:
    """Return how something stands that the platform has rejected."""
    code = _REJECTED.get(reason or "", "rejected_other")
    return _told("rejected", code, "contact_stripe")


def configured(statuses: Mapping[str, Any], configuration: str) -> dict[str, Any]:
    """Return the capabilities of a configuration as a tree; the keys are those of v1."""
    tree: dict[str, Any] = {}
    for first, told in sorted(statuses.items()):
        place = placed(first)
        if place is not None and place[0] == configuration:
            *before, last = place[1].split(".")
            under = tree
            for name in before:
                under = under.setdefault(name, {})
            under[last] = told
    return tree


def _told(name: str, code: str, resolution: str) -> dict[str, Any]:
    return {"status": name, "status_details": [{"code": code, "resolution": resolution}]}
