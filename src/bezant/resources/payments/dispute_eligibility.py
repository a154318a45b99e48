"""Enhanced evidence: what a network takes as proof by its own rules, and what is missing of it."""

from collections.abc import Mapping, Sequence
from typing import Any

CE3, VISA, MASTERCARD = "visa_compelling_evidence_3", "visa_compliance", "mastercard_compliance"
PRIOR = 2
"""How many earlier payments Visa wants to see that nobody disputed."""
_COMPLIANCE = "98"
_FRAUD = "10.4"
_IDENTIFIERS = (
    "customer_account_id", "customer_device_fingerprint", "customer_device_id",
    "customer_email_address", "customer_purchase_ip", "shipping_address",
)  # fmt: skip


def eligible(brand: str, code: str) -> list[str]:
    """Return the programs by which a dispute with a network's reason may be answered."""
    if brand == "visa" and code == _FRAUD:
        return [CE3]
    if code == _COMPLIANCE:
        return {"visa": [VISA], "mastercard": [MASTERCARD]}.get(brand, [])
    return []


def standing(types: Sequence[str], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return how far the evidence goes in each program that a dispute is eligible for."""
    told: dict[str, Any] = {}
    for name in types:
        given: Mapping[str, Any] = sent.get(name) or {}
        if name == CE3:
            missing = _missing(given)
            told[name] = {
                "required_actions": missing,
                "status": "requires_action" if missing else "qualified",
            }
        else:
            paid = given.get("fee_acknowledged")
            status = "fee_acknowledged" if paid else "requires_fee_acknowledgement"
            told[name] = {"status": status}
    return told


def _missing(given: Mapping[str, Any]) -> list[str]:
    """Return what Visa still wants: who bought what, twice before and now, by the same customer."""
    now: Mapping[str, Any] = given.get("disputed_transaction") or {}
    prior: Sequence[Mapping[str, Any]] = given.get("prior_undisputed_transactions") or ()
    same = [name for name in _IDENTIFIERS if now.get(name)]
    shared = [name for name in same if prior and all(name in it and it[name] == now[name]
                                                     for it in prior)]  # fmt: skip
    wanted = {
        "missing_customer_identifiers": len(shared) >= PRIOR,
        "missing_disputed_transaction_description": bool(now.get("product_description")),
        "missing_merchandise_or_services": bool(now.get("merchandise_or_services")),
        "missing_prior_undisputed_transaction_description": bool(prior)
        and all(each.get("product_description") for each in prior),
        "missing_prior_undisputed_transactions": len(prior) >= PRIOR,
    }
    return [name for name, there in wanted.items() if not there]
