"""Actions: what a simulated bank is made to do, word by word, each at most once."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bezant.sim.bank import OUTAGE, SimulatedBank
from bezant.sim.courier import Fault
from bezant.sim.intake import RATES
from bezant.sim.orders import key_of
from bezant.sim.scheme import Incoming, Outcome
from bezant.sim.settlement import MISTAKE

_PERFORMED = "SELECT result FROM performed WHERE action = ?"
_PERFORM = "INSERT INTO performed (action, result) VALUES (?, ?)"


class Wish(Struct, frozen=True):
    """What somebody wants to happen; `id` is new for each wish, `key` the bank's own name for it.

    `amount` is in minor units of the account.
    """

    id: str
    rail: str
    action: str
    target: str = ""
    key: str = ""
    amount: int = 0
    details: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])

    def get(self, name: str, otherwise: str = "") -> str:
        """Return one of its details."""
        return self.details.get(name, otherwise)


def perform(bank: SimulatedBank, wish: Wish) -> str:
    """Let it happen and say what did; a wish that came true before does not again.

    Raises LookupError when it is about something that the bank does not have, ValueError when
    the bank has no such rail.
    """
    known = bank.books.rows(_PERFORMED, (wish.id,))
    if known:
        return known[0][0]
    if wish.rail != "bank" and wish.rail not in bank.schemes:
        raise ValueError(f"the bank {bank.name} offers no {wish.rail}")
    wish = replace(wish, key=key_of(bank.books, wish.key))
    result = ACTIONS[wish.action](bank, wish)
    bank.books.change(_PERFORM, (wish.id, result))
    return result


def _decide(outcome: Outcome, code: Mapping[str, str]) -> Callable[[SimulatedBank, Wish], str]:
    """Return an action that decides on an order, with the rail's usual code unless one is given."""

    def act(bank: SimulatedBank, wish: Wish) -> str:
        scheme = bank.schemes[wish.rail]
        usual = next((it for what, it in scheme.by_chance if what == outcome), "")
        chosen = wish.get("code") or code.get(wish.rail, usual)
        bank.plan(wish.key, outcome, chosen, wish.amount or None)
        return f"{wish.key} will be {outcome} {chosen}".strip()

    return act


def _mistake(kind: str) -> Callable[[SimulatedBank, Wish], str]:
    def act(bank: SimulatedBank, wish: Wish) -> str:
        bank.books.adopt(f"{MISTAKE}{wish.key}", kind)
        return f"the next answer to {wish.key} is a {kind}"

    return act


def _outside(kind: str) -> Callable[[SimulatedBank, Wish], str]:
    def act(bank: SimulatedBank, wish: Wish) -> str:
        coming = msgspec.convert(
            {
                "kind": kind,
                "amount": wish.amount,
                "currency": bank.account.currency,
                "name": wish.get("name", "SOMEBODY OUTSIDE"),
                "account": wish.get("account"),
                "bank": "",
                "reference": wish.get("reference", wish.id[-16:]),
                "remittance": wish.get("remittance"),
                "day": bank.local_time().date(),
                "number": 0,
                "original": wish.key,
                "code": wish.get("code"),
            },
            Incoming,
        )
        bank.bring(wish.rail, coming)
        return f"a {kind} of {wish.amount} {bank.account.currency} has come in by {wish.rail}"

    return act


def _charge(kind: str, text: str) -> Callable[[SimulatedBank, Wish], str]:
    def act(bank: SimulatedBank, wish: Wish) -> str:
        line = bank.charge(kind, wish.amount, wish.get("remittance", text))
        return f"booked {line.amount} as {line.bank_reference}"

    return act


def _wire_in(bank: SimulatedBank, wish: Wish) -> str:
    line = bank.wire_in(wish.get("reference", wish.id[-16:]), wish.amount)
    return f"booked {line.amount} as {line.bank_reference}"


def _outage(bank: SimulatedBank, wish: Wish) -> str:
    until = bank.now() + timedelta(seconds=int(wish.get("seconds")))
    bank.books.adopt(OUTAGE, until.isoformat())
    return f"out of order until {until.isoformat(timespec='seconds')}"


def _recover(bank: SimulatedBank, _wish: Wish) -> str:
    bank.books.adopt(OUTAGE, "")
    return "in order again"


def _delay(bank: SimulatedBank, wish: Wish) -> str:
    bank.delay(int(wish.get("seconds")))
    return f"everything takes {wish.get('seconds')} seconds longer"


def _statement(bank: SimulatedBank, _wish: Wish) -> str:
    statement = bank.close_day(bank.local_time().date())
    return f"statement {statement.number} of {len(statement.lines)} lines"


def _resend(bank: SimulatedBank, wish: Wish) -> str:
    bank.resend(wish.target)
    return f"sent {wish.target} again"


def _fault(fault: Fault) -> Callable[[SimulatedBank, Wish], str]:
    def act(bank: SimulatedBank, wish: Wish) -> str:
        times = int(wish.get("times", "1"))
        bank.courier.fault(fault, wish.get("kind"), times)
        return f"the next {times} {wish.get('kind')} files: {fault}"

    return act


def _release(bank: SimulatedBank, _wish: Wish) -> str:
    return f"brought {len(bank.courier.release())} files"


def _rate(habit: str) -> Callable[[SimulatedBank, Wish], str]:
    assert habit in RATES, "chance decides by these rates only"

    def act(bank: SimulatedBank, wish: Wish) -> str:
        bank.books.adopt(habit, wish.get("per_mille"))
        return f"{wish.get('per_mille')} in a thousand"

    return act


ACTIONS: Mapping[str, Callable[[SimulatedBank, Wish], str]] = {
    "settle": _decide("settled", {}),
    "reject": _decide("rejected", {}),
    "return": _decide("returned", {}),
    "correct": _decide("corrected", {"ach": "C01"}),
    "pend": _decide("pending", {}),
    "silence": _mistake("silence"),
    "misquote": _mistake("misquote"),
    "stranger": _mistake("stranger"),
    "refuse-recall": _decide("recall_refused", {}),
    "credit": _outside("credit"),
    "debit": _outside("debit"),
    "request": _outside("request"),
    "recall": _outside("recall"),
    "wire-in": _wire_in,
    "fee": _charge("fee", "BANK FEE"),
    "interest": _charge("interest", "INTEREST"),
    "adjust-up": _charge("adjustment_up", "CORRECTION"),
    "adjust-down": _charge("adjustment_down", "CORRECTION"),
    "outage": _outage,
    "recover": _recover,
    "statement": _statement,
    "resend": _resend,
    "lose": _fault("lose"),
    "hold": _fault("hold"),
    "release": _release,
    "double": _fault("double"),
    "truncate": _fault("truncate"),
    "reorder": _fault("reorder"),
    "delay": _delay,
    "returns": _rate("returns_per_mille"),
    "refusals": _rate("refusals_per_mille"),
    "corrections": _rate("corrections_per_mille"),
}
"""Every word of `resources/test_helpers/simulated.py`, and what the bank does about it."""
