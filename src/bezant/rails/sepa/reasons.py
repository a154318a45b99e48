"""ISO 20022 reason codes as SEPA uses them: what they mean, and the failure code of the API."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from msgspec import Struct

from bezant.rail import in_force
from bezant.rails.sepa import rules
from bezant.rails.sepa.calendar import add_target_days


class ReasonCode(Struct, frozen=True):
    """One code; `may_be` are the codes that a bank may not tell, for the sake of privacy."""

    code: str
    meaning: str
    failure_code: str
    may_be: tuple[str, ...] = ()


_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "invalid_account_number": {
        "AC02": "Debtor's account number is not valid",
        "AC03": "Creditor's account number is not valid",
        "RC01": "Bank identifier is not valid",
        "RC07": "Creditor's bank identifier is not valid",
        "RR01": "Debtor's account or identification is missing",
    },
    "no_account": {
        "AC01": "Account does not exist",
        "BE06": "Customer is not known at the bank",
    },
    "account_closed": {
        "AC04": "Account is closed",
        "AC05": "Debtor's account is closed",
        "AC07": "Creditor's account is closed",
        "MD07": "Customer has died",
    },
    "account_frozen": {
        "AC06": "Account is blocked",
        "AC16": "Account is in sequestration",
        "AC17": "Account is in liquidation",
    },
    "bank_account_restricted": {
        "AC13": "Debtor's account is a consumer's, which the scheme does not allow",
        "AG01": "Account does not take such payments",
        "AG03": "Payment type is not supported",
    },
    "insufficient_funds": {
        "AM04": "Insufficient funds",
        "AM14": "Amount is above the limit that was agreed",
    },
    "invalid_currency": {"AM03": "Currency is not processed", "CURR": "Currency is wrong"},
    "incorrect_account_holder_name": {
        "BE01": "Name does not belong to the account",
        "RR02": "Debtor's name or address is missing",
        "RR03": "Creditor's name or address is missing",
    },
    "incorrect_account_holder_address": {
        "BE04": "Creditor's address is missing or wrong",
        "BE07": "Debtor's address is missing or wrong",
    },
    "debit_not_authorized": {
        "MD01": "There is no mandate",
        "MD02": "Mandate lacks what it must say",
        "MD06": "Customer wants the collection back",
        "SL01": "Customer's bank blocks collections of this kind, as the customer asked",
        "DS02": "Collection was canceled by the customer",
    },
    "declined": {
        "CUST": "Asked for by the customer",
        "MS02": "Customer refused, without a reason",
        "NOAS": "Customer did not answer",
        "SL11": "Creditor is not on the debtor's list",
        "SL12": "Creditor is on the debtor's list of those to refuse",
        "SL13": "Debtor's largest number of collections is reached",
        "SL14": "Debtor's largest amount of collections is reached",
    },
    "could_not_process": {
        "AB05": "Creditor's bank did not answer in time",
        "AB06": "Instructed bank did not answer in time",
        "AB07": "Bank is offline",
        "AB08": "Creditor's bank is offline",
        "AB09": "Creditor's bank had an error",
        "AB10": "Instructed bank had an error",
        "AG02": "Code of the payment's kind is wrong",
        "AG09": "Payment was never received",
        "AG10": "Bank is suspended",
        "AG11": "Creditor's bank is suspended",
        "AM01": "Amount is zero",
        "AM02": "Amount is not allowed",
        "AM05": "Duplicate",
        "AM09": "Amount is not the agreed one",
        "AM10": "Control sum is wrong",
        "AM23": "Amount is above the settlement limit",
        "ARDT": "Payment was returned already",
        "BE05": "Initiator is not recognized",
        "CNOR": "Creditor's bank is not registered for the scheme",
        "DNOR": "Debtor's bank is not registered for the scheme",
        "DT01": "Date is not valid",
        "DU01": "Message is a duplicate",
        "DU02": "Batch is a duplicate",
        "DU03": "Payment is a duplicate",
        "DUPL": "Payment was sent twice",
        "ED05": "Settlement failed",
        "FF01": "File is not in the right format",
        "FF05": "Local instrument is not valid",
        "FOCR": "Returned because it was recalled",
        "FR01": "Fraud",
        "FRAD": "Sent by fraud",
        "LEGL": "Refused for legal reasons",
        "MS03": "Bank gives no reason",
        "NARR": "See the bank's words",
        "NOOR": "Original payment was never received",
        "RC04": "Creditor's bank identifier is missing or wrong",
        "RF01": "Reference is not unique",
        "RR04": "Regulatory reason",
        "RR12": "Identification of the party is wrong",
        "SL02": "Creditor's bank does not offer this",
        "TECH": "Sent by a technical mistake",
        "TM01": "Came after the cut-off",
        "TS01": "Batch was not sent on",
        "UPAY": "Payment is not justified",
    },
}

_HIDING = ("AC01", "AC04", "AC06", "AM04", "MD07", "RR04")

REASONS: Mapping[str, ReasonCode] = MappingProxyType(
    {
        code: ReasonCode(code, meaning, failure, _HIDING if code == "MS03" else ())
        for failure, meanings in _MEANINGS.items()
        for code, meaning in meanings.items()
    }
)

RECALL_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "DUPL": "recall", "TECH": "recall", "FRAD": "late",
        "CUST": "late", "AC03": "late", "AM09": "late",
    }
)  # fmt: skip
"""What a transfer is asked back for, and whether for ten TARGET days or thirteen months."""

REVERSAL_REASONS = frozenset({"AM05", "MS02", "MS03"})
ANSWER_REASONS = frozenset({"AC04", "AM04", "ARDT", "CUST", "LEGL", "NOAS", "NOOR"})
"""Why a recall is refused."""


def reason(code: str) -> ReasonCode:
    """Return what a code says; a code that the table does not know could not be processed."""
    unknown = ReasonCode(code, f"Refused or returned as {code}", "could_not_process")
    return REASONS.get(code, unknown)


def r_transaction(code: str, settled_on: date | None, returned_on: date | None) -> str:
    """Return what a collection that came back is: a `return` by the bank or a debtor's `refund`.

    MD06 is always a refund; MD01 is one when the days for returns are over.
    """
    if code == "MD06":
        return "refund"
    if code == "MD01" and settled_on is not None and returned_on is not None:
        days = in_force(rules.DEBIT_RETURN_DAYS, settled_on)
        return "refund" if returned_on > add_target_days(settled_on, days) else "return"
    return "return"
