"""What can be made to happen at a simulated bank: each word, what it takes, and on which rails."""

from collections.abc import Mapping

from msgspec import Struct

BANK = "bank"
"""Stands in for a rail where something happens to the bank itself."""

BATCH_RAILS = ("ach", "acss", "bacs", "sepa_credit", "sepa_debit_core", "sepa_debit_b2b")
CORRECTING_RAILS = tuple(rail for rail in BATCH_RAILS if rail != "acss")
"""Batch rails whose banks tell better details of an account in a message."""
INSTANT_RAILS = ("fednow", "rtp", "fps", "sepa_instant", "pix", "upi")
WIRE_RAILS = ("fedwire", "chaps", "swift")
RAILS = (*BATCH_RAILS, *INSTANT_RAILS, *WIRE_RAILS)


GROUPS: Mapping[tuple[str, ...], str] = {
    RAILS: "every rail",
    BATCH_RAILS: "batch rails",
    CORRECTING_RAILS: "batch rails but ACSS",
    (*INSTANT_RAILS, *WIRE_RAILS): "instant rails and wires",
    (BANK,): BANK,
}
"""What people call the sets of rails."""


class Verb(Struct, frozen=True):
    """A word for something that happens; `takes` are parameters, those with `!` must be given."""

    summary: str
    rails: tuple[str, ...]
    takes: tuple[str, ...] = ()

    def allows(self, parameter: str) -> bool:
        """Tell whether a parameter has a meaning here."""
        return parameter in self.takes or f"{parameter}!" in self.takes

    @property
    def required(self) -> tuple[str, ...]:
        """What must be given."""
        return tuple(name[:-1] for name in self.takes if name.endswith("!"))


_MESSAGES = (*INSTANT_RAILS, *WIRE_RAILS)
_OUTSIDE = ("amount!", "name", "account", "reference", "remittance")

VERBS: Mapping[str, Verb] = {
    "settle": Verb("Carry a payment out after all.", RAILS, ("target!",)),
    "reject": Verb("Refuse a payment that is not yet booked.", RAILS, ("target!", "code")),
    "return": Verb("Send a payment back.", RAILS, ("target!", "amount", "code")),
    "correct": Verb("Tell better bank details.", CORRECTING_RAILS, ("target!", "code")),
    "pend": Verb("Accept a payment and book it later.", _MESSAGES, ("target!", "code")),
    "silence": Verb("Carry a payment out and say nothing.", RAILS, ("target!",)),
    "misquote": Verb("Answer with a wrong amount.", RAILS, ("target!",)),
    "stranger": Verb("Answer about a payment that nobody made.", RAILS, ("target!",)),
    "refuse-recall": Verb("Keep the money when it is asked back.", RAILS, ("target!", "code")),
    "credit": Verb("Let somebody pay in.", RAILS, _OUTSIDE),
    "debit": Verb("Let somebody collect.", BATCH_RAILS, _OUTSIDE),
    "request": Verb("Let somebody ask for a payment.", _MESSAGES, _OUTSIDE),
    "recall": Verb("Let a payer ask for their money back.", _MESSAGES, ("target!", "code")),
    "wire-in": Verb("Book an incoming wire on the statement.", (BANK,), ("amount!", "reference")),
    "fee": Verb("Charge the account a fee.", (BANK,), ("amount!", "remittance")),
    "interest": Verb("Pay the account interest.", (BANK,), ("amount!", "remittance")),
    "adjust-up": Verb("Book a correction in our favour.", (BANK,), ("amount!", "remittance")),
    "adjust-down": Verb("Book a correction against us.", (BANK,), ("amount!", "remittance")),
    "outage": Verb("Be out of order for some time.", (BANK,), ("seconds!",)),
    "recover": Verb("Be in order again.", (BANK,)),
    "statement": Verb("Write a statement now.", (BANK,)),
    "resend": Verb("Send a file again, by its name.", (BANK,), ("target!",)),
    "lose": Verb("Lose the next files of a kind.", (BANK,), ("kind!", "times")),
    "hold": Verb("Hold the next files of a kind back.", (BANK,), ("kind!", "times")),
    "release": Verb("Bring what was held back.", (BANK,)),
    "double": Verb("Bring the next files of a kind twice.", (BANK,), ("kind!", "times")),
    "truncate": Verb("Cut the next files of a kind in half.", (BANK,), ("kind!", "times")),
    "reorder": Verb("Let the next files of a kind change places.", (BANK,), ("kind!", "times")),
    "delay": Verb("Send what is written from now on later.", (BANK,), ("seconds!",)),
    "returns": Verb("Let so many in a thousand come back.", (BANK,), ("per_mille!",)),
    "refusals": Verb("Let so many in a thousand be refused.", (BANK,), ("per_mille!",)),
    "corrections": Verb("Correct so many in a thousand.", (BANK,), ("per_mille!",)),
}
"""Every word, in the order in which they are told."""
