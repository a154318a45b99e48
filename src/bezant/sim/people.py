"""People outside: the payer who wires money in when a top-up asks for it."""

from collections.abc import Iterable

from bezant.sim.bank import SimulatedBank, as_reference


class Payer:
    """Somebody with money elsewhere, who pays what is asked for, once for each reference."""

    def __init__(self, bank: SimulatedBank) -> None:
        """Pay into the client's account at this bank."""
        self._bank = bank
        self._paid: set[str] = {
            line.customer_reference for line in bank.lines() if line.type_code == "195"
        }

    def pay(self, requests: Iterable[tuple[str, int]]) -> int:
        """Wire each (reference, cents) not yet wired; returns how many were."""
        asked = {as_reference(reference): cents for reference, cents in requests}
        new = {
            reference: cents for reference, cents in asked.items() if reference not in self._paid
        }
        for reference, cents in new.items():
            self._bank.wire_in(reference, cents)
        self._paid |= new.keys()
        return len(new)
