"""Reason codes of Bacs' reports, what they mean, and the API's failure code that comes nearest.

The codes are those of the Service User Guides as generally known; each report has its own list.
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct


class Reason(Struct, frozen=True):
    """Why something came back or changed."""

    meaning: str
    failure_code: str


def _table(rows: Mapping[str, tuple[str, str]]) -> Mapping[str, Reason]:
    return MappingProxyType({code: Reason(*row) for code, row in rows.items()})


UNPAID_DEBITS = _table(
    {
        "0": ("Refer to payer", "insufficient_funds"),
        "1": ("Instruction cancelled", "debit_not_authorized"),
        "2": ("Payer deceased", "account_closed"),
        "3": ("Account transferred", "account_closed"),
        "4": ("Advance notice disputed", "debit_not_authorized"),
        "5": ("No account, or the wrong type", "no_account"),
        "6": ("No instruction", "debit_not_authorized"),
        "7": ("Amount differs", "debit_not_authorized"),
        "8": ("Amount not yet due", "debit_not_authorized"),
        "9": ("Presentation overdue", "debit_not_authorized"),
        "A": ("Service user differs", "debit_not_authorized"),
        "B": ("Account closed", "account_closed"),
    }
)
"""ARUDD."""

UNFOUNDED = frozenset({"1", "2", "3", "5", "6", "B"})
"""Codes of ARUDD by which there is no instruction any more under which to collect."""

UNAPPLIED_CREDITS = _table(
    {
        "0": ("Invalid details", "invalid_account_number"),
        "2": ("Beneficiary deceased", "account_closed"),
        "3": ("Account transferred", "account_closed"),
        "5": ("No account", "no_account"),
        "B": ("Account closed", "account_closed"),
        "C": ("Requested by the remitter", "could_not_process"),
    }
)
"""ARUCS."""

AMENDMENTS = _table(
    {
        "0": ("Instruction cancelled; refer to payer", "debit_not_authorized"),
        "1": ("Instruction cancelled by payer", "debit_not_authorized"),
        "2": ("Payer deceased", "account_closed"),
        "3": ("Account transferred to another bank", "account_closed"),
        "B": ("Account closed", "account_closed"),
        "C": ("Account transferred to another branch", "account_closed"),
        "D": ("Advance notice disputed", "debit_not_authorized"),
        "E": ("Instruction amended", "debit_not_authorized"),
        "R": ("Instruction reinstated", ""),
    }
)
"""ADDACS."""

ENDING = frozenset({"0", "1", "2", "B", "D"})
"""Codes of ADDACS after which nothing may be collected."""

REINSTATED = "R"
"""The code of ADDACS after which it may again."""

REFUSED_INSTRUCTIONS = _table(
    {
        "1": ("Instruction cancelled by payer", "debit_not_authorized"),
        "2": ("Payer deceased", "account_closed"),
        "3": ("Account transferred to another bank", "account_closed"),
        "5": ("No account", "no_account"),
        "6": ("No instruction", "debit_not_authorized"),
        "7": ("Amount is not zero", "could_not_process"),
        "B": ("Account closed", "account_closed"),
        "C": ("Account transferred to another branch", "account_closed"),
        "F": ("Invalid account type", "bank_account_restricted"),
        "G": ("Bank takes no Direct Debits on the account", "bank_account_restricted"),
        "H": ("Instruction has expired", "debit_not_authorized"),
        "I": ("Payer reference is not unique", "could_not_process"),
        "K": ("Instruction cancelled by paying bank", "debit_not_authorized"),
        "L": ("Incorrect payer account details", "invalid_account_number"),
        "M": ("Transaction code does not fit the service user", "could_not_process"),
        "N": ("Not allowed at the payer's branch", "bank_account_restricted"),
        "O": ("Invalid reference", "could_not_process"),
        "P": ("Payer's name is missing", "incorrect_account_holder_name"),
        "Q": ("Service user's name is missing", "could_not_process"),
    }
)
"""AUDDIS."""

CORRECTED_CREDITS = _table(
    {
        "0": ("Details differ", ""),
        "3": ("Account transferred to another bank", ""),
        "C": ("Account transferred to another branch", ""),
    }
)
"""AWACS."""

CLAIMS = _table(
    {
        "1": ("Amount or date differs from the advance notice", "debit_not_authorized"),
        "2": ("No advance notice was received", "debit_not_authorized"),
        "3": ("Paying bank had cancelled the instruction", "debit_not_authorized"),
        "4": ("Payer had cancelled with the service user", "debit_not_authorized"),
        "5": ("No instruction is held", "debit_not_authorized"),
        "6": ("Payer disputes having given authority", "debit_not_authorized"),
        "7": ("Claim at the service user's request", "could_not_process"),
        "8": ("Payer does not recognise the service user", "debit_not_authorized"),
    }
)
"""DDICA, under the Direct Debit Guarantee."""


def reason_of(table: Mapping[str, Reason], code: str, told: str) -> tuple[str, Reason]:
    """Return a code as its table has it, with its reason.

    Some reports put other digits before the code; then the description decides, and then the
    code stands as the report has it, with the report's own words.
    """
    if code in table:
        return code, table[code]
    wanted = told.casefold()
    for known, reason in table.items():
        if reason.meaning.casefold() == wanted:
            return known, reason
    return code, Reason(told.capitalize() or f"Reason {code}", "could_not_process")
