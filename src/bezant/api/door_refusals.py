"""What the door refuses, as errors of the API."""

from bezant.commit.change_set import Refused
from bezant.kernel.errors import ApiError, InsufficientFunds, InvalidRequest


def refusal(refused: Refused) -> ApiError:
    """Return the API error of a change set that the door has refused."""
    if refused.code == "floor":
        available = refused.detail.get("available")
        return InsufficientFunds(
            "You have insufficient available funds: the balance that this would draw on has "
            f"{available} available, in minor units. Top up first, or lower the amount."
        )
    message, code = REFUSALS[refused.code]
    return InvalidRequest(message, code=code)


REFUSALS = {
    "closed": ("The ledger account is closed and takes no more entries.", "account_closed"),
    "overflow": (
        "The amount is too large: the balance would leave the range of 64-bit integers.",
        "amount_too_large",
    ),
    "nothing_pending": ("There is not as much pending as this would release.", "amount_too_large"),
    "not_empty": (
        "The ledger account has a balance or holds; move them away before you close it.",
        "ledger_account_not_empty",
    ),
    "hold_expired": ("The pending entry has expired and can't be posted.", "ledger_entry_expired"),
    "hold_alive": ("The pending entry has not expired yet.", "ledger_entry_not_expired"),
    "exists": ("An object with this id exists already.", "resource_already_exists"),
}
