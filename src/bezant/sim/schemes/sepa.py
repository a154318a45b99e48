"""SEPA as a simulated bank runs it: transfers, instant ones, and direct debits of both schemes.

Accounts that always answer (the numbers are Stripe's):

    DE62370400440532013001  AC01  no account           AT861904300235473202  AM04  returned
    DE35370400440532013002  AC04  account closed       AT051904300235473205  AM04  the same, later
    DE08370400440532013003  AM04  insufficient funds   AT321904300235473204        settled later
    DE78370400440532013004  MD01  not authorized       AT591904300235473203  MD06  back in weeks
    DE51370400440532013005  AM03  wrong currency       AT511904300000066666  AG01  rejected

IT60X0542811101000000123456 is returned, too, as the official command line's example expects.
A payee is verified: NO MATCH and CLOSE MATCH in a name are answered so, all other names match.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal

from msgspec.structs import replace

from bezant.sim.banking_days import T2
from bezant.sim.scheme import Answer, Client, Incoming, Letter, Order, Outcome, Received
from bezant.sim.schemes import sepa_letters as letters
from bezant.sim.schemes import sepa_orders as orders
from bezant.sim.schemes.documents import Tree, name_of, text, under

_ACCOUNTS: Mapping[str, str] = MappingProxyType(
    {
        "DE62370400440532013001": "AC01",
        "DE35370400440532013002": "AC04",
        "DE08370400440532013003": "AM04",
        "DE78370400440532013004": "MD01",
        "DE51370400440532013005": "AM03",
    }
)
_DEBITED: Mapping[str, tuple[Outcome, str]] = MappingProxyType(
    {
        "AT321904300235473204": ("pending", ""),
        "AT861904300235473202": ("returned", "AM04"),
        "AT051904300235473205": ("returned", "AM04"),
        "IT60X0542811101000000123456": ("returned", "AM04"),
        "AT591904300235473203": ("disputed", "MD06"),
        "AT511904300000066666": ("rejected", "AG01"),
    }
)


_REFUNDED_AFTER = timedelta(weeks=3)


class SepaScheme:
    """One scheme of SEPA: its name, its instrument, and whether it is instant."""

    currency = "eur"

    def __init__(
        self,
        name: str,
        instrument: str,
        mode: Literal["batch", "instant"],
        by_chance: Sequence[tuple[Outcome, str]],
    ) -> None:
        """Keep what tells the schemes apart."""
        self.name = name
        self.mode: Literal["batch", "instant"] = mode
        self.by_chance = by_chance
        self._instrument = instrument
        refused: Outcome = "rejected" if mode == "instant" else "returned"
        found: dict[str, tuple[Outcome, str]] = {
            account: (refused, code) for account, code in _ACCOUNTS.items()
        }
        self.magic: Mapping[str, tuple[Outcome, str]] = found | dict(_DEBITED)

    @property
    def is_debit(self) -> bool:
        """Tell whether it collects."""
        return self._instrument in {"CORE", "B2B"}

    def recognize(self, content: bytes) -> bool:
        """Tell whether some bytes are an order of this scheme, or a question that it takes."""
        if orders.is_verification(content):
            return not self.is_debit
        root = orders.root_of(content)
        if root is None:
            return False
        if name_of(root) in {orders.TRANSFERS, orders.COLLECTIONS}:
            return _instrument(root) == self._instrument
        return name_of(root) in orders.QUESTIONS and _about_debits(root) == self.is_debit

    def read(self, content: bytes, client: Client) -> Received:
        """Return what a message asks for; raises FileRefused with the problem.

        What was collected is recalled the other way: it goes back to whoever it was taken from.
        """
        received = orders.read_orders(content, client)
        if not self.is_debit:
            return received
        found = (
            replace(order, is_credit=False) if order.act == "recall" else order
            for order in received.orders
        )
        return replace(received, orders=tuple(found))

    def settles_on(self, order: Order, today: date) -> date:
        """Return today for instant orders, the due day of a collection, else the day after."""
        if self.mode == "instant":
            return today
        earliest = T2.next_after(today)
        if self.is_debit:
            return max(order.due_on or earliest, earliest)
        return T2.next_after(max(order.due_on or today, today))

    def answers_on(self, outcome: Outcome, settled_on: date) -> date:
        """Return the day of an answer: what comes back does so two settlement days later.

        What a payer has back without a reason (MD06) comes weeks later; eight would be allowed.
        """
        if outcome == "disputed":
            return T2.next_after(settled_on + _REFUNDED_AFTER)
        if outcome == "returned" and self.mode == "batch":
            return T2.next_after(T2.next_after(settled_on))
        return settled_on

    def acknowledge(
        self,
        received: Received | None,
        problems: Sequence[str],
        client: Client,
        at: datetime,
        number: int,
    ) -> Letter | None:
        """Return none: each order is answered by itself."""
        del received, problems, client, at, number

    def write(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return a message for each kind of answer that there is."""
        return [*self._letters(answers, client, at, number)]

    def _letters(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> Iterator[Letter]:
        kinds: dict[str, list[Answer]] = {}
        for answer in answers:
            kinds.setdefault(answer.outcome, []).append(answer)
        statuses = [it for kind in _TOLD for it in kinds.get(kind, ())]
        yield from letters.write_statuses(statuses, at, number)
        if back := kinds.get("returned"):
            yield letters.write_returns(back, at, number)
        if asked := [*kinds.get("recalled", ()), *kinds.get("recall_refused", ())]:
            yield letters.write_resolutions(asked, client, at, number)
        for answer in kinds.get("verified", ()):
            yield letters.write_verification(answer)

    def bring(
        self, incoming: Sequence[Incoming], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return the messages that bring transfers, collections and recalls of theirs."""
        brought: list[Letter] = []
        for kind, write in _BROUGHT.items():
            if items := [item for item in incoming if item.kind == kind]:
                brought.append(write(items, client, at, number))
        return brought


_TOLD = ("accepted", "pending", "rejected", "settled")
_BROUGHT: Mapping[str, Callable[[Sequence[Incoming], Client, datetime, int], Letter]] = {
    "credit": letters.bring_credits,
    "debit": letters.bring_debits,
    "recall": letters.bring_recalls,
}


def _instrument(root: Tree) -> str:
    """Return the local instrument of a message's first batch; none for a plain transfer."""
    for batch in under(root, "PmtInf"):
        return text(batch, "PmtTpInf/LclInstrm/Cd")
    return ""


def _about_debits(root: Tree) -> bool:
    """Tell whether a question is about collections, by the names of messages in it."""
    names = (str(leaf.text) for leaf in root.iter() if name_of(leaf) == "OrgnlMsgNmId")
    return any(name.startswith("pain.008") for name in names)


_CREDITS_BACK: Sequence[tuple[Outcome, str]] = (
    ("returned", "AC04"),
    ("returned", "AC01"),
    ("returned", "MS03"),
    ("rejected", "AC01"),
)
_REFUSED_AT_ONCE: Sequence[tuple[Outcome, str]] = (
    ("rejected", "AC04"),
    ("rejected", "AB08"),
    ("rejected", "MS03"),
)
_DEBITS_BACK: Sequence[tuple[Outcome, str]] = (
    ("returned", "AM04"),
    ("returned", "MS03"),
    ("returned", "MD06"),
    ("rejected", "AC01"),
)

SEPA_CREDIT = SepaScheme("sepa_credit", "", "batch", _CREDITS_BACK)
SEPA_INSTANT = SepaScheme("sepa_instant", "INST", "instant", _REFUSED_AT_ONCE)
SEPA_DEBIT_CORE = SepaScheme("sepa_debit_core", "CORE", "batch", _DEBITS_BACK)
SEPA_DEBIT_B2B = SepaScheme("sepa_debit_b2b", "B2B", "batch", _DEBITS_BACK)
