"""Method types: by which payments are taken, in which currencies, and which may be named."""

from collections.abc import Mapping, Sequence

from bezant.kernel.errors import InvalidRequest

CURRENCIES: Mapping[str, frozenset[str]] = {
    "acss_debit": frozenset({"cad"}),
    "bacs_debit": frozenset({"gbp"}),
    "card": frozenset(),
    "customer_balance": frozenset({"eur", "gbp", "jpy", "usd"}),
    "pix": frozenset({"brl"}),
    "sepa_debit": frozenset({"eur"}),
    "upi": frozenset({"inr"}),
    "us_bank_account": frozenset({"usd"}),
}
"""In what each type pays; a card pays in every currency."""
ONCE = frozenset({"customer_balance", "pix", "upi"})
"""The types that pay once, and can't be kept."""
_NO_RAIL: Mapping[tuple[str, str], str] = {
    ("acss_debit", "usd"): "No rail that is connected collects dollars of the United States from "
    "bank accounts in Canada: ask for the payment in cad.",
}
_PARAM = "allowed_payment_method_types"


def takes(kind: str, currency: str) -> bool:
    """Tell whether a type pays in a currency."""
    return kind in CURRENCIES and (not CURRENCIES[kind] or currency in CURRENCIES[kind])


def automatic(currency: str, *, waits: bool = False, used_again: bool = False) -> list[str]:
    """Return the types that a payment takes when all may be used; cards first.

    Cards alone when it `waits` for its capture; what can be kept when it is to be `used_again`.
    """
    if waits:
        return ["card"]
    fitting = [kind for kind in CURRENCIES if kind != "card" and takes(kind, currency)]
    return ["card", *(kind for kind in fitting if not used_again or kind not in ONCE)]


def checked(named: Sequence[str], currency: str, param: str = _PARAM) -> list[str]:
    """Return types that somebody has named, each once; InvalidRequest for what is not taken."""
    for kind in named:
        if (kind, currency) in _NO_RAIL:
            raise _unsupported(_NO_RAIL[kind, currency], param)
        if kind not in CURRENCIES:
            raise _unsupported(
                f"Payments by {kind[:64]} are not offered: {', '.join(CURRENCIES)} are.",
                param,
            )
        if not takes(kind, currency):
            raise _unsupported(
                f"The payment method type {kind} pays in {', '.join(sorted(CURRENCIES[kind]))}, "
                f"not in {currency}.",
                param,
            )
    return list(dict.fromkeys(named))


def _unsupported(message: str, param: str) -> InvalidRequest:
    return InvalidRequest(message, code="payment_method_unsupported_type", param=param)
