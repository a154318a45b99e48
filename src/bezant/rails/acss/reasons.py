"""Why payments come back: the codes of the 900s, and the API's failure code that comes nearest."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct


class Reason(Struct, frozen=True):
    """Why something came back."""

    meaning: str
    failure_code: str


def _table(rows: Mapping[str, tuple[str, str]]) -> Mapping[str, Reason]:
    return MappingProxyType({code: Reason(*row) for code, row in rows.items()})


RETURNS = _table(
    {
        "900": ("Refused by the checks of a file", "could_not_process"),
        "901": ("Not sufficient funds", "insufficient_funds"),
        "902": ("Account not found", "no_account"),
        "903": ("Payment stopped or recalled", "debit_not_authorized"),
        "904": ("Post-dated or stale-dated", "could_not_process"),
        "905": ("Account closed", "account_closed"),
        "906": ("Account transferred", "bank_ownership_changed"),
        "907": ("No debit allowed", "bank_account_restricted"),
        "908": ("Funds not cleared", "insufficient_funds"),
        "909": ("Currency and account do not match", "invalid_currency"),
        "910": ("Payor or payee deceased", "account_closed"),
        "911": ("Account frozen", "account_frozen"),
        "912": ("Invalid or incorrect account number", "invalid_account_number"),
        "914": ("Incorrect name of the payor or payee", "incorrect_account_holder_name"),
        "915": ("No agreement existed", "debit_not_authorized"),
        "916": ("Not according to the agreement, personal", "debit_not_authorized"),
        "917": ("Agreement revoked, personal", "debit_not_authorized"),
        "918": ("No confirmation or pre-notification, personal", "debit_not_authorized"),
        "919": ("Not according to the agreement, business", "debit_not_authorized"),
        "920": ("Agreement revoked, business", "debit_not_authorized"),
        "921": ("No confirmation or pre-notification, business", "debit_not_authorized"),
        "922": ("Returned at the customer's request", "declined"),
        "990": ("Institution in default", "could_not_process"),
        "998": ("No agreement for returns", "could_not_process"),
    }
)
"""Those of CPA Standard 007."""


def reason_of(code: str) -> Reason:
    """Return what a code says; one that is not in the table could not be processed."""
    return RETURNS.get(code) or Reason(f"Returned with code {code}", "could_not_process")
