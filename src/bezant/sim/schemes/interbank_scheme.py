"""A scheme of interbank messages: one message an order, answered as its network answers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from bezant.sim.scheme import Answer, Client, Incoming, Letter, Order, Outcome, Received
from bezant.sim.schemes.interbank_network import Network
from bezant.sim.schemes.interbank_reader import read_message
from bezant.sim.schemes.interbank_writer import Desk

_SNIFF = 4000
_RETURNED = "AC04"
_ASKED_BACK = "FOCR"
_BAD_FORMAT = "FF01"
_WITHOUT_STATUS = frozenset({"recall", "refuse", "grant", "enquire"})


class InterbankScheme:
    """One network as a simulated bank plays it."""

    mode: Literal["batch", "instant"] = "instant"

    def __init__(
        self,
        network: Network,
        *,
        marks: tuple[bytes, ...],
        magic: Mapping[str, tuple[Outcome, str]],
        by_chance: Sequence[tuple[Outcome, str]],
        settles: Callable[[date], date],
    ) -> None:
        """`marks` are bytes that only this network's messages begin with."""
        self.name = network.name
        self.currency = (network.currency or "USD").lower()
        self.magic = magic
        self.by_chance = by_chance
        self._network = network
        self._marks = marks
        self._settles = settles

    def recognize(self, content: bytes) -> bool:
        """Tell whether some bytes look like a message of this network."""
        head = content[:_SNIFF]
        return all(mark in head for mark in self._marks)

    def read(self, content: bytes, client: Client) -> Received:
        """Return what a client's message asks for; raises FileRefused with every problem."""
        return read_message(content, self._network, client)

    def settles_on(self, order: Order, today: date) -> date:
        """Return the day on which an order that came today is settled."""
        due = order.due_on
        return self._settles(max(due, today) if due else today)

    def answers_on(self, outcome: Outcome, settled_on: date) -> date:
        """Return the day of an answer: the same, but for money that comes back later."""
        return settled_on

    def acknowledge(
        self,
        received: Received | None,
        problems: Sequence[str],
        client: Client,
        at: datetime,
        number: int,
    ) -> Letter | None:
        """Return the refusal of a message; a good one has no receipt.

        One that could be read is refused by its status, any other as a whole.
        """
        if not problems:
            return None
        desk = Desk(self._network, client, at)
        if received is None or received.orders[0].act in _WITHOUT_STATUS:
            identity = received.identity if received else ""
            return desk.refusal(identity, [*problems], f"{number}X")
        order, text = received.orders[0], "; ".join(problems)
        refused = Answer(order, "rejected", _BAD_FORMAT, order.amount, at.date(), number, text)
        return self._answer(desk, refused)[0]

    def write(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return the messages that carry answers to the client."""
        desk = Desk(self._network, client, at)
        return [letter for answer in answers for letter in self._answer(desk, answer)]

    def bring(
        self, incoming: Sequence[Incoming], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return the messages that bring what begins outside."""
        desk = Desk(self._network, client, at)
        writes = {"credit": desk.payment, "request": desk.request, "recall": desk.recall}
        assert all(item.kind in writes for item in incoming), "nobody collects by these networks"
        return [writes[item.kind](item) for item in incoming]

    def _answer(self, desk: Desk, answer: Answer) -> list[Letter]:
        if answer.order.act == "request":
            return [desk.request_answer(answer, self._request_status(answer.outcome))]
        if answer.outcome == "recalled":
            granted = desk.recall_answer(answer, self._network.granted)
            return [granted, desk.back(answer, _ASKED_BACK)]
        if answer.outcome == "recall_refused":
            return [desk.recall_answer(answer, self._network.refused)]
        if answer.outcome == "returned":
            return [desk.back(answer, answer.code or _RETURNED)]
        status = self._status(answer.outcome)
        if not status and "enquiry" in answer.details:
            status = self._network.pending
        return [desk.status(answer, status)] if status else []

    def _status(self, outcome: Outcome) -> str:
        network = self._network
        statuses = {
            "accepted": network.accepted,
            "pending": network.pending,
            "rejected": "RJCT",
            "settled": network.settled,
        }
        assert outcome in statuses, f"{network.name} has no answer {outcome}"
        return statuses[outcome]

    def _request_status(self, outcome: Outcome) -> str:
        statuses = {"accepted": "ACTC", "pending": "PDNG", "rejected": "RJCT", "settled": "ACCP"}
        assert outcome in statuses, f"{self.name} has no answer {outcome} to a request"
        return statuses[outcome]
