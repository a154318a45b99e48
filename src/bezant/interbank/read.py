"""From the bytes of a message to facts: what of ours became of what, and what began outside."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bezant.interbank import read_answers, read_payments
from bezant.interbank.heard import Heard
from bezant.interbank.profile import Profile
from bezant.iso20022 import messages
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Fact, ReadFile, Totals

_Reader = Callable[[Heard, Any], Iterable[Fact]]

_READERS: Mapping[str, _Reader] = {
    "pacs.008": read_payments.transfers,
    "pacs.009": read_payments.bank_transfers,
    "pacs.004": read_payments.returns,
    "pacs.028": read_payments.enquiries,
    "camt.056": read_payments.recalls,
    "pain.013": read_payments.requests,
    "pacs.002": read_answers.statuses,
    "camt.029": read_answers.resolutions,
    "pain.014": read_answers.request_statuses,
    "admi.002": read_answers.refused_message,
    "admi.004": read_answers.events,
    "admi.007": read_answers.receipts,
}


def read(data: bytes, profile: Profile) -> ReadFile:
    """Return what a message says; raises FileRefused with every problem and its line."""
    message = messages.read(data)
    reader = _READERS.get(message.family)
    if reader is None:
        raise FileRefused(
            [Problem(None, None, f"{message.name} is not a message of {profile.title}")]
        )
    heard = Heard(profile, message, profile.side(data, message.header))
    facts = tuple(reader(heard, message.body))
    if heard.problems:
        raise FileRefused(heard.problems)
    if not facts and not heard.warnings:
        heard.warnings.append(f"{message.name} says nothing about a payment")
    return ReadFile(facts, tuple(heard.warnings), _totals(heard, facts))


def _totals(heard: Heard, facts: Iterable[Fact]) -> Totals:
    amounts = [(fact.direction, fact.amount) for fact in facts if fact.amount is not None]
    currency = amounts[0][1].currency if amounts else heard.profile.currency
    sums = {"credit": 0, "debit": 0}
    for direction, money in amounts:
        if money.currency == currency:
            sums[direction or "credit"] += money.amount
    header = heard.message.header
    details = {"message": heard.message.name, "message_id": header.id if header else ""}
    return Totals(
        len([*facts]), Money(sums["credit"], currency), Money(sums["debit"], currency), details
    )
