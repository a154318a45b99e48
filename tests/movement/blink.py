"""Blink, an instant rail for tests alone: each message is one JSON object, answers are a list."""

import json
from datetime import UTC, datetime, timedelta
from datetime import date as day_of
from types import MappingProxyType

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Capabilities, Fact, Party, ReadFile, Timetable, Totals, UsAccount

USD = "usd"
STRANGER = Party("Grace", UsAccount("110000000", "000777777777"))


class Blink:
    """Carries everything within 20 seconds, save what is for `POISON`."""

    capabilities = Capabilities(
        name="blink",
        title="Blink",
        mode="instant",
        currencies=(USD,),
        directions=("credit",),
        services=("instant",),
        max_amount=100_000_00,
        max_file_count=1,
        max_file_total=10**12,
        acts=("pay", "enquire", "recall", "return"),
        accounts=("us",),
        answers_in_seconds=20,
        format="blink",
        suffix=".json",
    )
    rule_book = MappingProxyType({})

    def trace(self, originator, sequence):
        return f"BL{sequence:08d}"

    def timetable(self, now, service="instant", direction="credit", cut_off=None):
        moment = now.astimezone(UTC)
        return Timetable(moment, moment.date(), moment, moment, moment, moment)

    def objections(self, instruction):
        return ()

    def pack(self, instructions, originator, *, created_at, file_modifier, reference):
        (order,) = instructions
        if order.counterparty.name == "POISON":
            raise FileRefused([Problem(None, order.movement, "nobody of that name")])
        about = order.original
        said = {
            "blink": order.act,
            "trace": order.trace,
            "amount": order.amount.amount,
            "id": order.end_to_end_id,
            "about": about and {"trace": about.trace, "id": about.end_to_end_id},
        }
        return json.dumps(said, sort_keys=True).encode()

    def recognize(self, data):
        return "blink" if data.startswith((b'{"blink', b"[blink")) else None

    def read(self, data):
        if not data.startswith(b"[blink"):
            raise FileRefused([Problem(1, None, "not an answer")])
        told = json.loads(data.removeprefix(b"[blink"))
        facts = tuple(
            Fact(
                kind=one["kind"],
                trace=one["trace"],
                amount=Money(one["amount"], USD) if "amount" in one else None,
                code=one.get("code"),
                failure_code=one.get("failure_code"),
                on=day_of.fromisoformat(one.get("on", "2026-03-02")),
                line=1,
                direction=one.get("direction", "debit"),
                counterparty=STRANGER,
                details=one.get("details", {}),
            )
            for one in told
        )
        return ReadFile(facts, (), Totals(len(facts), Money(0, USD), Money(0, USD)))


def answer(*facts):
    """Return the message that tells some facts."""
    return b"[blink" + json.dumps(list(facts)).encode()


NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LATER = timedelta(seconds=21)
