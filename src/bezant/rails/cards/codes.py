"""Response codes of card networks, and the API's words for them.

The codes are those of ISO 8583 (1987) and those that networks have added since; merchant advice
codes are Mastercard's.
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from bezant.rail.cards import Check

APPROVED = frozenset({"00", "08", "10", "85"})
PARTLY = "10"
NOT_FOUND = "25"
AUTHENTICATE = "1A"


class Refusal(Struct, frozen=True):
    """The API's error code and decline code, and its advice where the network gives none."""

    code: str
    decline_code: str
    advice_code: str = ""


_DECLINED = "card_declined"
_AGAIN, _NEVER, _CONFIRM = "try_again_later", "do_not_try_again", "confirm_card_data"
_ROWS = {
    "01": Refusal(_DECLINED, "call_issuer", _AGAIN),
    "02": Refusal(_DECLINED, "call_issuer", _AGAIN),
    "03": Refusal(_DECLINED, "service_not_allowed", _NEVER),
    "04": Refusal(_DECLINED, "pickup_card", _NEVER),
    "05": Refusal(_DECLINED, "do_not_honor", _AGAIN),
    "06": Refusal(_DECLINED, "generic_decline", _AGAIN),
    "07": Refusal(_DECLINED, "pickup_card", _NEVER),
    "12": Refusal(_DECLINED, "transaction_not_allowed", _NEVER),
    "13": Refusal(_DECLINED, "invalid_amount", _NEVER),
    "14": Refusal("incorrect_number", "incorrect_number", _CONFIRM),
    "15": Refusal("incorrect_number", "incorrect_number", _CONFIRM),
    "19": Refusal(_DECLINED, "reenter_transaction", _AGAIN),
    "30": Refusal("processing_error", "processing_error", _AGAIN),
    "41": Refusal(_DECLINED, "lost_card", _NEVER),
    "43": Refusal(_DECLINED, "stolen_card", _NEVER),
    "46": Refusal(_DECLINED, "invalid_account", _NEVER),
    "51": Refusal(_DECLINED, "insufficient_funds", _AGAIN),
    "54": Refusal("expired_card", "expired_card", _CONFIRM),
    "55": Refusal(_DECLINED, "incorrect_pin", _CONFIRM),
    "57": Refusal(_DECLINED, "transaction_not_allowed", _NEVER),
    "58": Refusal(_DECLINED, "service_not_allowed", _NEVER),
    "59": Refusal(_DECLINED, "fraudulent", _NEVER),
    "61": Refusal(_DECLINED, "withdrawal_count_limit_exceeded", _AGAIN),
    "62": Refusal(_DECLINED, "restricted_card", _NEVER),
    "63": Refusal(_DECLINED, "security_violation", _NEVER),
    "65": Refusal(_DECLINED, "card_velocity_exceeded", _AGAIN),
    "75": Refusal(_DECLINED, "pin_try_exceeded", _CONFIRM),
    "78": Refusal(_DECLINED, "new_account_information_available", _CONFIRM),
    "82": Refusal("incorrect_cvc", "incorrect_cvc", _CONFIRM),
    "91": Refusal("processing_error", "issuer_not_available", _AGAIN),
    "92": Refusal("processing_error", "processing_error", _AGAIN),
    "93": Refusal(_DECLINED, "not_permitted", _NEVER),
    "94": Refusal(_DECLINED, "duplicate_transaction", _NEVER),
    "96": Refusal("processing_error", "processing_error", _AGAIN),
    "1A": Refusal("authentication_required", "authentication_required"),
    "N7": Refusal("incorrect_cvc", "incorrect_cvc", _CONFIRM),
    "R0": Refusal(_DECLINED, "stop_payment_order", _NEVER),
    "R1": Refusal(_DECLINED, "revocation_of_authorization", _NEVER),
    "R3": Refusal(_DECLINED, "revocation_of_all_authorizations", _NEVER),
}
REFUSALS: Mapping[str, Refusal] = MappingProxyType(_ROWS)

ADVICE: Mapping[str, str] = MappingProxyType(
    {"01": _CONFIRM, "02": _AGAIN, "03": _NEVER, "21": _NEVER}
)
"""What merchant advice codes mean."""

CVC_CHECKS: Mapping[str, Check] = MappingProxyType(
    {"M": "pass", "N": "fail", "P": "unchecked", "S": "unchecked", "U": "unavailable"}
)
_ADDRESS: Mapping[str, tuple[Check, Check]] = MappingProxyType(
    {
        "Y": ("pass", "pass"),
        "X": ("pass", "pass"),
        "A": ("fail", "pass"),
        "Z": ("pass", "fail"),
        "W": ("pass", "fail"),
        "N": ("fail", "fail"),
        "U": ("unavailable", "unavailable"),
        "S": ("unavailable", "unavailable"),
        "R": ("unchecked", "unchecked"),
    }
)


def refusal_of(code: str) -> Refusal:
    """Return what a response code says; one that no table has is a refusal without a reason."""
    return REFUSALS.get(code, Refusal(_DECLINED, "generic_decline", _AGAIN))


def address_checks(code: str) -> tuple[Check, Check]:
    """Return what an address verification says of the postal code and of the first line."""
    return _ADDRESS.get(code, ("unchecked", "unchecked"))
