"""A made-up rail: JSON in both directions, so that the bank around a scheme can be seen alone."""

from datetime import timedelta

import msgspec

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.scheme import Letter, Order, Received

MAGIC = {
    "BACK": ("returned", "T1"),
    "BETTER": ("corrected", "T2"),
    "NO": ("rejected", "T3"),
    "WAIT": ("pending", "T4"),
    "KEEP": ("recall_refused", "T5"),
    "OTHER": ("verified", "T6"),
}


class Toy:
    """Files of orders; `mode` makes it a batch or an instant rail."""

    currency = "usd"
    magic = MAGIC
    by_chance = (("returned", "T7"), ("rejected", "T8"))

    def __init__(self, mode):
        self.name = f"toy_{mode}"
        self.mode = mode

    def recognize(self, content):
        return content.startswith(f'{{"{self.name}"'.encode())

    def read(self, content, client):
        try:
            asked = msgspec.json.decode(content)[self.name]
            orders = tuple(Order(**order) for order in asked["orders"])
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            raise FileRefused([Problem(1, None, str(error))]) from error
        return Received(asked["id"], asked["id"], orders)

    def settles_on(self, order, today):
        return order.due_on or today + timedelta(days=self.mode == "batch")

    def answers_on(self, outcome, settled_on):
        return settled_on + timedelta(days=self.mode == "batch")

    def acknowledge(self, received, problems, client, at, number):
        status = {"ok": received is not None, "problems": list(problems)}
        return Letter("receipt", ".json", msgspec.json.encode(status))

    def write(self, answers, client, at, number):
        said = [
            {
                "key": it.order.key,
                "outcome": it.outcome,
                "code": it.code,
                "amount": it.amount,
                "text": it.text,
                **it.details,
            }
            for it in answers
        ]
        return [Letter("answers", ".json", msgspec.json.encode(said))]

    def bring(self, incoming, client, at, number):
        said = [{"kind": it.kind, "amount": it.amount, "for": it.original} for it in incoming]
        return [Letter("news", ".json", msgspec.json.encode(said))]


def order(key, amount=100, account="GOOD", act="pay", **more):
    """One order as a dictionary."""
    more = {"currency": "usd", "is_credit": True, "bank": "B", "name": "ADA", "original": ""} | more
    return {"key": key, "act": act, "amount": amount, "account": account, **more}


def file_of(scheme, name, *orders):
    """A file of a toy scheme."""
    return msgspec.json.encode({scheme.name: {"id": name, "orders": orders}})
