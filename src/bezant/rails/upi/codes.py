"""Response codes of UPI, what they mean, and the API's failure code that comes nearest."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct


class Reason(Struct, frozen=True):
    """Why a payment was answered as it was."""

    meaning: str
    failure_code: str


_ROWS = {
    "00": ("Approved", ""),
    "U03": ("Amount is over the limit", "could_not_process"),
    "U14": ("Encryption or message is wrong", "could_not_process"),
    "U16": ("Risk threshold exceeded", "declined"),
    "U17": ("Payer's application is not registered", "could_not_process"),
    "U28": ("Application of the other side is not available", "could_not_process"),
    "U30": ("Debit failed", "could_not_process"),
    "U66": ("Device is not known", "declined"),
    "U67": ("Debit timed out", "could_not_process"),
    "U68": ("Credit timed out", "could_not_process"),
    "U69": ("Collect request has expired", "could_not_process"),
    "U90": ("Other side's bank is down", "could_not_process"),
    "Z6": ("PIN was tried too often", "declined"),
    "Z8": ("Payment limit of the payer's bank exceeded", "could_not_process"),
    "Z9": ("Insufficient funds", "insufficient_funds"),
    "ZA": ("Declined by the customer", "declined"),
    "ZD": ("Validation failed", "could_not_process"),
    "ZE": ("Not allowed for the address", "declined"),
    "ZG": ("Address is restricted by the customer", "bank_account_restricted"),
    "ZH": ("Address is not known", "no_account"),
    "ZI": ("Suspected fraud", "declined"),
    "ZM": ("PIN is wrong", "declined"),
    "ZX": ("Account is inactive or dormant", "bank_account_restricted"),
    "K1": ("Suspected fraud, declined by the other bank", "declined"),
    "XB": ("Transaction is not valid", "could_not_process"),
    "XF": ("Format error", "could_not_process"),
    "XH": ("Account does not exist", "no_account"),
    "XR": ("Account is restricted", "bank_account_restricted"),
    "XV": ("Compliance violation", "declined"),
    "YE": ("Account is blocked or frozen", "account_frozen"),
    "RB": ("Credit reversal timed out", "could_not_process"),
    "BT": ("Acquirer timed out", "could_not_process"),
}
REASONS: Mapping[str, Reason] = MappingProxyType(
    {code: Reason(*row) for code, row in _ROWS.items()}
)
"""As generally known; banks add codes of their own."""


def reason_of(code: str) -> Reason:
    """Return what a code says; one that the table does not know could not be processed."""
    return REASONS.get(code, Reason(f"Response code {code}", "could_not_process"))
