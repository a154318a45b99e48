"""Why Pix's messages are refused: codes of pacs.002, and the API's failure code that fits."""

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "AB03": ("The receiver's participant did not answer in time", "could_not_process"),
        "AB09": ("The receiver's participant failed", "could_not_process"),
        "AB11": ("The sender's participant did not answer in time", "could_not_process"),
        "AC03": ("Account number is wrong or does not exist", "no_account"),
        "AC06": ("Account is blocked", "account_frozen"),
        "AC07": ("Account is closed", "account_closed"),
        "AC14": ("Account type is wrong", "incorrect_account_type"),
        "AG03": ("Such payments are not taken", "bank_account_restricted"),
        "AG12": ("Payments between these participants are not allowed", "could_not_process"),
        "AG13": ("Initiating in this way is not allowed", "could_not_process"),
        "AGNT": ("A participant is wrong", "could_not_process"),
        "AM01": ("Amount is zero", "could_not_process"),
        "AM02": ("Amount is over the receiver's limit", "could_not_process"),
        "AM04": ("Participant has too little to settle", "could_not_process"),
        "AM09": ("Amount of the return differs", "could_not_process"),
        "AM12": ("Amount is not the sum of its parts", "could_not_process"),
        "AM18": ("Number of payments is wrong", "could_not_process"),
        "BE01": ("Tax id is not the account holder's", "incorrect_account_holder_tax_id"),
        "BE05": ("Initiator is not known", "could_not_process"),
        "BE15": ("Receiver's tax id is wrong", "incorrect_account_holder_tax_id"),
        "BE17": ("Code was paid or taken away", "could_not_process"),
        "CH11": ("Tax id of a party is wrong", "incorrect_account_holder_tax_id"),
        "CH16": ("An element is wrong", "could_not_process"),
        "CN01": ("Payment cannot be answered any more", "could_not_process"),
        "DS04": ("Receiver's participant declined", "declined"),
        "DS0G": ("Signer may not do this", "could_not_process"),
        "DS27": ("Participant is not registered", "could_not_process"),
        "DT02": ("Date is wrong", "could_not_process"),
        "DT05": ("Return comes too late", "could_not_process"),
        "DUPL": ("Payment is a duplicate", "could_not_process"),
        "ED05": ("Settlement failed", "could_not_process"),
        "FF07": ("Purpose is wrong", "could_not_process"),
        "FF08": ("End-to-end id is wrong", "could_not_process"),
        "MD01": ("There is no authority for the payment", "could_not_process"),
        "RC09": ("ISPB of the sender is wrong", "could_not_process"),
        "RC10": ("ISPB of the receiver is wrong", "could_not_process"),
        "RR04": ("Held back by regulation", "declined"),
        "SL02": ("Cash service is wrong", "could_not_process"),
        "UPAY": ("Payment is not due", "could_not_process"),
    }
)
"""As generally known from the catalogue of messages."""


def reason_of(code: str) -> tuple[str, str]:
    """Return what a code says; one that the table does not know could not be processed."""
    return REASONS.get(code, (f"Reason {code}", "could_not_process"))
