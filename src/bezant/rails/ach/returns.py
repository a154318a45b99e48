"""Return reasons (R codes) and notices of change (C codes): what they mean and what follows.

Each reason has the deadline by which a bank must have sent it and the API's failure code.
"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from bezant.rail import in_force
from bezant.rails.ach import calendar, rules
from bezant.rails.ach.rules import Deadline

Kind = Literal["returned", "dishonored", "contested"]

_KINDS: Mapping[Deadline, Kind] = {"dishonored": "dishonored", "contested": "contested"}


class ReturnReason(Struct, frozen=True):
    """Why an entry came back, or why its return is argued about."""

    code: str
    meaning: str
    deadline: Deadline
    failure_code: str

    @property
    def kind(self) -> Kind:
        """What a record with this code is: a return, or one of the two steps of an argument."""
        return _KINDS.get(self.deadline, "returned")

    def due_by(self, counted_from: date) -> datetime | None:
        """Return when a record with this code must be back; None where the banks agree on it.

        Counted from the settlement of the entry, of its return for a dishonor, of the dishonored
        return for a contest. Raises LookupError before the first rule.
        """
        span = in_force(rules.RETURN_DEADLINES[self.deadline], counted_from)
        return None if span is None else calendar.opening_after(counted_from, span)


_FAILURE_CODES = {
    "R01": "insufficient_funds",
    "R02": "account_closed",
    "R03": "no_account",
    "R04": "invalid_account_number",
    "R05": "debit_not_authorized",
    "R07": "debit_not_authorized",
    "R08": "debit_not_authorized",
    "R09": "insufficient_funds",
    "R10": "debit_not_authorized",
    "R11": "debit_not_authorized",
    "R12": "bank_ownership_changed",
    "R16": "account_frozen",
    "R20": "bank_account_restricted",
    "R23": "declined",
    "R29": "debit_not_authorized",
    "R43": "invalid_account_number",
    "R51": "debit_not_authorized",
}

_MEANINGS: Mapping[Deadline, Mapping[str, str]] = {
    "two banking days": {
        "R01": "Insufficient funds",
        "R02": "Account closed",
        "R03": "No account, or the account cannot be found",
        "R04": "Account number is not valid",
        "R08": "Payment stopped",
        "R09": "Uncollected funds",
        "R12": "Account sold to another bank",
        "R14": "Representative payee has died or cannot continue",
        "R15": "Beneficiary or account holder has died",
        "R16": "Account frozen, or entry returned by order of a sanctions authority",
        "R17": "Account details fail the bank's checks, or the entry is questionable",
        "R20": "Account does not take such entries",
        "R21": "Company identification is not valid",
        "R22": "Individual identification is not valid",
        "R23": "Receiver refused the credit",
        "R24": "Duplicate entry",
        "R29": "Company did not authorize the debit",
        "R30": "Receiving bank does not take part in check truncation",
        "R32": "Receiving bank does not settle",
        "R34": "Receiving bank's participation is limited",
        "R35": "Improper debit",
        "R36": "Improper credit",
        "R39": "Improper source document",
        "R50": "State law affects the acceptance of represented checks",
    },
    "agreed": {
        "R06": "Returned at the originating bank's request",
        "R31": "Permissible return, agreed between the banks",
    },
    "sixty days": {
        "R05": "Consumer account debited as a company's without authorization",
        "R07": "Customer revoked the authorization",
        "R10": "Customer says that the originator is unknown or not authorized",
        "R11": "Customer says that the entry does not follow the authorization",
        "R33": "Destroyed-check entry returned",
        "R37": "Source document was presented for payment",
        "R38": "Payment of the source document was stopped",
        "R51": "Represented-check entry is not eligible or improper",
        "R52": "Payment of the represented item was stopped",
        "R53": "Item and represented-check entry were both presented",
    },
    "file": {
        "R13": "Routing number is not valid",
        "R18": "Effective date is not valid",
        "R19": "Amount is not valid",
        "R25": "Addenda are not valid",
        "R26": "A mandatory field is missing or wrong",
        "R27": "Trace number is not valid",
        "R28": "Check digit of the routing number is wrong",
        "R40": "Enrollment returned by a federal agency",
        "R41": "Transaction code is not valid",
        "R42": "Routing number or check digit is wrong",
        "R43": "Account number is not valid",
        "R44": "Individual identification is not valid",
        "R45": "Individual or company name is not valid",
        "R46": "Representative payee indicator is not valid",
        "R47": "Duplicate enrollment",
        "R80": "International payment is coded wrongly",
        "R81": "Receiver takes no international entries",
        "R82": "Foreign receiving bank is not valid",
        "R83": "Foreign receiving bank cannot settle",
        "R84": "Gateway does not process the entry",
        "R85": "Outbound international payment is coded wrongly",
    },
    "dishonored": {
        "R61": "Return was misrouted",
        "R62": "Return of an erroneous or reversing debit",
        "R67": "Return is a duplicate",
        "R68": "Return came too late",
        "R69": "Return has fields in error",
        "R70": "Permissible return was not accepted or not asked for",
    },
    "contested": {
        "R71": "Dishonored return was misrouted",
        "R72": "Dishonored return came too late",
        "R73": "Original return came in time",
        "R74": "Return is corrected",
        "R75": "Return is not a duplicate",
        "R76": "No errors were found in the return",
        "R77": "Dishonored return of R62 is not accepted",
    },
}

RETURN_REASONS: Mapping[str, ReturnReason] = MappingProxyType(
    {
        code: ReturnReason(code, meaning, deadline, _FAILURE_CODES.get(code, "could_not_process"))
        for deadline, meanings in _MEANINGS.items()
        for code, meaning in meanings.items()
    }
)


def return_reason(code: str) -> ReturnReason:
    """Return what a code says; a code that the table does not know could not be processed."""
    unknown = ReturnReason(code, f"Returned as {code}", "agreed", "could_not_process")
    return RETURN_REASONS.get(code, unknown)


class Change(Struct, frozen=True):
    """What a notice of change corrects: the columns of each item in its 29 characters."""

    meaning: str
    items: Mapping[str, tuple[int, int]] = MappingProxyType({})

    def corrections(self, corrected: str) -> dict[str, str]:
        """Return the corrected items, by name, without those left blank."""
        found = {name: corrected[a:b].strip() for name, (a, b) in self.items.items()}
        return {name: value for name, value in found.items() if value}


CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "C01": Change("Account number is wrong", {"account_number": (0, 17)}),
        "C02": Change("Routing number is wrong", {"routing_number": (0, 9)}),
        "C03": Change(
            "Routing number and account number are wrong",
            {"routing_number": (0, 9), "account_number": (12, 29)},
        ),
        "C04": Change("Name is wrong", {"name": (0, 22)}),
        "C05": Change("Transaction code is wrong", {"transaction_code": (0, 2)}),
        "C06": Change(
            "Account number and transaction code are wrong",
            {"account_number": (0, 17), "transaction_code": (20, 22)},
        ),
        "C07": Change(
            "Routing number, account number and transaction code are wrong",
            {
                "routing_number": (0, 9),
                "account_number": (9, 26),
                "transaction_code": (26, 28),
            },
        ),
        "C08": Change("Foreign receiving bank is wrong", {"receiving_bank": (0, 29)}),
        "C09": Change("Individual identification is wrong", {"identification": (0, 22)}),
        "C13": Change("Format of the addenda is wrong"),
        "C14": Change("Entry class code is wrong", {"class_code": (0, 3)}),
    }
)


def change(code: str) -> Change:
    """Return what a notice of change corrects; nothing that we know for an unknown code."""
    return CHANGES.get(code, Change(f"Notice of change {code}"))


REFUSED_CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "C61": "Notice of change was misrouted",
        "C62": "Trace number in the notice is wrong",
        "C63": "Company identification in the notice is wrong",
        "C64": "Individual identification in the notice is wrong",
        "C65": "Corrected data is not in its format",
        "C66": "Discretionary data in the notice is wrong",
        "C67": "Routing number in the notice is not the entry's",
        "C68": "Account number in the notice is not the entry's",
        "C69": "Transaction code in the notice is wrong",
    }
)
"""Why an originating bank refuses a notice of change."""
