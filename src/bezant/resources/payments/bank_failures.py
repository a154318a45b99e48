"""Bank failures: why payments from bank accounts fail, as charges and intents tell it."""

from collections.abc import Mapping
from typing import Any

from bezant.api.context import Context
from bezant.resources.core.payment_method import PaymentMethod

_OTHERWISE = "could_not_process"
FAILURES: Mapping[str, str] = {
    "account_closed": "The customer's bank account has been closed.",
    "account_frozen": "The customer's bank account has been frozen.",
    "bank_account_restricted": "The customer's bank account takes no payments of this kind.",
    "bank_ownership_changed": "The customer's account now belongs to another bank.",
    "could_not_process": "The customer's bank could not process the payment.",
    "debit_not_authorized": "The customer has told their bank that they did not allow the payment.",
    "declined": "The customer or their bank has declined the payment.",
    "expired": "The customer has not paid in time.",
    "incorrect_account_holder_address": "The address is not that of the account's holder.",
    "incorrect_account_holder_name": "The name is not that of the account's holder.",
    "insufficient_funds": "The customer's account has too little money to pay with.",
    "invalid_account_number": "The customer's bank has no account of this number.",
    "invalid_currency": "The customer's account is not kept in the currency of the payment.",
    "no_account": "The customer's bank could not find the account.",
    "payment_intent_payment_attempt_failed": "The payment was blocked by a rule about risk.",
}
"""What charges say, by their failure code."""
_CODES: Mapping[str, str] = {
    "account_closed": "account_closed",
    "account_frozen": "payment_method_bank_account_blocked",
    "bank_account_restricted": "bank_account_restricted",
    "debit_not_authorized": "debit_not_authorized",
    "declined": "payment_method_customer_decline",
    "expired": "payment_intent_payment_attempt_expired",
    "insufficient_funds": "insufficient_funds",
    "invalid_account_number": "account_number_invalid",
    "invalid_currency": "payment_method_currency_mismatch",
    "no_account": "no_account",
    "payment_intent_payment_attempt_failed": "payment_intent_payment_attempt_failed",
}
"""What intents say; their codes are fewer."""


def failure_of(code: str | None) -> tuple[str, str]:
    """Return a charge's failure code and message."""
    known = code if code in FAILURES else _OTHERWISE
    assert known is not None, "there is a code for what has none"
    return known, FAILURES[known]


def told(
    ctx: Context, code: str, *, charge: str | None, method: PaymentMethod | None
) -> dict[str, Any]:
    """Return what an intent shows as its last error, by a charge's failure code."""
    shown = _CODES.get(code, "payment_method_provider_decline")
    error: dict[str, Any] = {
        "code": shown,
        "doc_url": f"{ctx.runtime.config.public_url}/docs/errors#{shown}",
        "message": FAILURES[code],
        "type": "invalid_request_error",
    }
    if charge is not None:
        error["charge"] = charge
    if method is not None:
        error["payment_method"] = method
    return error
