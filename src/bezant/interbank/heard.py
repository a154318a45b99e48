"""A message that is being read: its names, its days, its reasons, and what is wrong with it.

A name that means none, such as NOTPROVIDED, never finds anything.
"""

from collections.abc import Iterable
from datetime import date, datetime

from bezant.interbank.names import expand, is_name, traced_message
from bezant.interbank.profile import Profile, Side
from bezant.iso20022 import investigations, messages, pacs
from bezant.iso20022.parties import Charges, OriginalMessage, Reason
from bezant.iso20022.reasons import reason
from bezant.kernel.errors import Problem
from bezant.rail import FactKind

_STATUS = {
    "ACTC": "Accepted by the receiving side",
    "ACCP": "Accepted by the customer",
    "ACSP": "Accepted, settlement in process",
    "ACSC": "Settled",
    "ACCC": "Settled and credited to the account",
    "ACWP": "Accepted, not yet credited to the account",
    "ACWC": "Accepted with a change",
    "ACFC": "Funds checked",
    "ACPT": "Accepted",
    "BLCK": "Blocked before it was credited",
    "PART": "Partly accepted",
    "PDNG": "Pending",
    "RCVD": "Received",
    "RJCT": "Rejected",
    "CANC": "Cancelled",
}
_TRACKED = {
    "G000": "Passed on to the next bank, which tells the tracker",
    "G001": "Passed on to the next bank, which does not tell the tracker",
    "G002": "Credit may not be confirmed the same day",
    "G003": "Waits for documents",
    "G004": "Waits for cover",
    "G005": "Delivered to the payee's bank as a payment that is followed",
    "G006": "Delivered to the payee's bank as a payment that is not followed",
    "G007": "Payment against payment",
    "G008": "Waits for settlement",
    "G009": "Passed on to a market infrastructure that does not tell the tracker",
}
"""Reasons with which the tracker qualifies ACSP."""
PENDING = frozenset({"G002", "G003", "G004", "G008"})


class Heard:
    """A message that is being read: which network, which side, and what is wrong with it."""

    def __init__(self, profile: Profile, message: messages.Message, side: Side) -> None:
        """`message` was read whole."""
        self.profile = profile
        self.message = message
        self.side = side
        self.problems: list[Problem] = []
        self.warnings: list[str] = []

    def trace(self, line: int, *names: str, message: OriginalMessage | None = None) -> str:
        """Return the first of some names that names anything; none is a problem of the message."""
        for name in names:
            if is_name(name):
                return expand(name)
        if message and (found := traced_message(message.id)):
            return found
        self.problems.append(
            Problem(line or None, None, "names no payment: NOTPROVIDED and the like are no names")
        )
        return ""

    def own(self, line: int, name: str, message: str) -> str:
        """Return the trace of what is no payment: its own name, or that of its message."""
        return expand(name) if is_name(name) else self.trace(line, traced_message(message))

    def original(self, it: pacs.Status | pacs.Return | pacs.Enquiry | investigations.Recall
                 | investigations.Resolution) -> str:  # fmt: skip
        """Return the trace of the payment that something is about."""
        about_other = it.message is not None and _is_no_payment(it.message.name)
        if about_other and it.message and (found := traced_message(it.message.id)):
            return found
        by_uetr = self.profile.named_by == "uetr" and not about_other
        names = (it.uetr, it.instruction) if by_uetr else (it.instruction, it.payment, it.uetr)
        return self.trace(it.line, *names, it.payment, it.end_to_end, message=it.message)

    def day(self, given: date | None, at: datetime | None) -> date | None:
        """Return a day that a message gives, or that of an instant where the network is."""
        if given is not None or at is None:
            return given
        return (at if at.tzinfo is None else at.astimezone(self.profile.zone)).date()


def details(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def charges(of: Iterable[Charges]) -> dict[str, str]:
    taken = [charge.amount for charge in of if charge.amount]
    if not taken:
        return {}
    same = [money.amount for money in taken if money.currency == taken[0].currency]
    return {"charges": str(sum(same)), "charges_currency": taken[0].currency}


def why(
    kind: FactKind | None, status: str, reasons: tuple[Reason, ...]
) -> tuple[str, str, str | None]:
    """Return the code, what it means with what was added, and the API's failure."""
    first = reasons[0] if reasons else Reason()
    code = first.code or first.own_code
    if not code:
        meaning, failure = _STATUS.get(status, status), "could_not_process"
    elif code in _TRACKED:
        meaning, failure = _TRACKED[code], "could_not_process"
    else:
        known = reason(code)
        meaning, failure = known.meaning, known.failure_code
    failed = kind in {"rejected", "returned"}
    words = f"{meaning}: {first.text}" if first.text else meaning
    return code or status, words, failure if failed else None


def _is_no_payment(message: str) -> bool:
    return message[:8] in {"pacs.004", "camt.056", "camt.029", "pacs.028"}
