"""Cards in payments: what an acquirer is asked, and what of its answer a charge shows."""

from typing import Any

from msgspec import UNSET

from bezant.api.context import Context
from bezant.kernel.errors import CardError, InvalidRequest
from bezant.rail.cards import (
    Acquirer,
    Authentication,
    CardAnswer,
    CardRequest,
    Merchant,
    Presented,
)
from bezant.resources.core.owners import Owner
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.charge import Outcome

RAIL = "cards"
NO_ACQUIRER = "No acquirer is connected that could take cards."
_RESULTS = {
    "authenticated": "authenticated",
    "attempted": "attempt_acknowledged",
    "failed": "failed",
    "not_supported": "not_supported",
    "error": "processing_error",
}


def acquirer_of(ctx: Context) -> Acquirer:
    """Return who takes cards; InvalidRequest if nobody does."""
    found: Acquirer | None = ctx.runtime.ports.get(Acquirer)
    if found is None:
        raise InvalidRequest(NO_ACQUIRER, code="payment_method_unsupported_type")
    return found


def presented(ctx: Context, method: PaymentMethod) -> Presented:
    """Return a card as an acquirer is shown it."""
    card = card_of(method)
    address = method.billing_details.address
    return Presented(
        token=ctx.hidden(method)["token"],
        exp_month=card["exp_month"],
        exp_year=card["exp_year"],
        postal_code=address.postal_code or "",
        line1=address.line1 or "",
    )


def card_of(method: PaymentMethod) -> dict[str, Any]:
    """Return what a payment method shows of its card."""
    assert isinstance(method.card, dict), f"{method.id} is a card"
    return method.card


def network_of(method: PaymentMethod) -> str:
    """Return over which network a card is charged."""
    card = card_of(method)
    networks: dict[str, Any] = card.get("networks") or {}
    return networks.get("preferred") or card["brand"]


def merchant_of(owner: Owner) -> Merchant:
    """Return an account as the network and the cardholder see it."""
    profile = owner.business_profile
    return Merchant(
        id=owner.id,
        name=profile.get("name") or owner.id,
        category=profile.get("mcc") or "5734",
        country=owner.country,
    )


def details_of(
    method: PaymentMethod,
    answer: CardAnswer,
    request: CardRequest,
    *,
    mandate: str | None = None,
) -> dict[str, Any]:
    """Return the `payment_method_details` of a charge by card."""
    card = card_of(method)
    extended = answer.approved and request.extended and not request.final
    shown: dict[str, Any] = {
        "amount_authorized": answer.amount.amount if answer.approved else None,
        "authorization_code": answer.authorization_code or None,
        "brand": card["brand"],
        "checks": _checks(method, answer),
        "country": card.get("country"),
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "enabled" if extended else "disabled"},
        "fingerprint": card.get("fingerprint"),
        "funding": card.get("funding"),
        "incremental_authorization": {"status": "available"},
        "installments": None,
        "last4": card.get("last4"),
        "mandate": mandate,
        "multicapture": {"status": "available"},
        "network": network_of(method),
        "network_token": {"used": False},
        "network_transaction_id": answer.network_transaction_id or None,
        "overcapture": {
            "maximum_amount_capturable": request.amount.amount,
            "status": "unavailable",
        },
        "regulated_status": card.get("regulated_status", "unregulated"),
        "three_d_secure": three_d_secure(request.authentication),
        "electronic_commerce_indicator": None,
        "transaction_link_id": None,
        "wallet": None,
    }
    if answer.expires_at is not None and not request.final:
        shown["capture_before"] = int(answer.expires_at.timestamp())
    return {"card": shown, "type": "card"}


def _checks(method: PaymentMethod, answer: CardAnswer) -> dict[str, str | None]:
    """Return what a charge shows of checks.

    What is given with a card is checked then, which is for the payment unless a customer keeps it.
    """
    checks = checks_of(answer)
    if method.customer is not None:
        return checks
    given: dict[str, str | None] = card_of(method).get("checks") or {}
    return {name: given.get(name) if told is None else told for name, told in checks.items()}


def checks_of(answer: CardAnswer) -> dict[str, str | None]:
    """Return what the issuer says of what it was sent to check."""
    return {
        "address_line1_check": answer.checks.line1,
        "address_postal_code_check": answer.checks.postal_code,
        "cvc_check": answer.checks.cvc,
    }


def three_d_secure(authentication: Authentication | None) -> dict[str, Any] | None:
    """Return what is shown of a cardholder's authentication."""
    if authentication is None or authentication.state == "challenge":
        return None
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": authentication.eci or None,
        "exemption_indicator": None,
        "result": _RESULTS[authentication.state],
        "result_reason": authentication.reason or None,
        "transaction_id": authentication.id,
        "version": authentication.version,
    }


def outcome_of(answer: CardAnswer) -> Outcome:
    """Return what the network said."""
    risk = answer.risk
    if answer.approved:
        return Outcome(
            network_status="approved_by_network",
            risk_level=risk.level,
            risk_score=risk.score,
            seller_message="Payment complete.",
            type="authorized",
        )
    blocked = risk.level == "blocked"
    return Outcome(
        advice_code=answer.advice_code or None,
        network_advice_code=answer.network_advice or None,
        network_decline_code=None if blocked else answer.network_code or None,
        network_status="not_sent_to_network" if blocked else "declined_by_network",
        reason="highest_risk_level" if blocked else answer.decline_code or None,
        risk_level="highest" if blocked else risk.level,
        risk_score=risk.score,
        rule=UNSET,
        seller_message=(
            "The payment was blocked as too risky."
            if blocked
            else _said(answer.decline_code or answer.code)
        ),
        type="blocked" if blocked else "issuer_declined",
    )


def _said(code: str) -> str:
    if code in ("", "generic_decline"):
        return "The bank did not return any further details with this decline."
    return f"The bank returned the decline code `{code}`."


def must_authenticate(**extra: Any) -> CardError:
    """Return the error of a cardholder who would have to be there."""
    return CardError(
        "Your card was declined. This transaction requires authentication.",
        code="authentication_required",
        extra={"decline_code": "authentication_required", **extra},
    )
