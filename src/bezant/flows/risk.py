"""Risk: rules as data, and what they say of a payment.

A rule holds when all its conditions do; a condition about something that is not known does not.
Whoever is allowed is neither blocked nor reviewed; blocking goes before reviewing. Rules about risk
are asked when the network has answered, all others before; those about checks both times. Banks
say nothing of risk, so that payments that a bank carries are held to the other rules alone.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec import Struct

Action = Literal["allow", "block", "review"]
ACTIONS: Sequence[Action] = ("allow", "block", "review")
"""In the order in which rules are asked."""

Attribute = Literal[
    "acss_debit_fingerprint",
    "address_line1_check",
    "address_postal_code_check",
    "amount",
    "bacs_debit_fingerprint",
    "bank_account_country",
    "card_bin",
    "card_brand",
    "card_country",
    "card_fingerprint",
    "card_funding",
    "currency",
    "customer",
    "cvc_check",
    "description",
    "email",
    "email_domain",
    "ip_address",
    "payment_method_type",
    "risk_level",
    "risk_score",
    "sepa_debit_fingerprint",
    "tries_of_bank_account_in_day",
    "tries_of_bank_account_in_hour",
    "tries_of_card_in_day",
    "tries_of_card_in_hour",
    "tries_of_customer_in_day",
    "tries_of_customer_in_hour",
    "tries_of_email_in_day",
    "tries_of_email_in_hour",
    "tries_of_ip_address_in_day",
    "tries_of_ip_address_in_hour",
    "us_bank_account_fingerprint",
]
Operator = Literal["is", "is_not", "more_than", "less_than", "in_list", "not_in_list"]

TRIES: Mapping[str, tuple[str, int]] = {
    f"tries_of_{who}_in_{span}": (who, seconds)
    for who in ("bank_account", "card", "customer", "email", "ip_address")
    for span, seconds in (("hour", 3_600), ("day", 86_400))
}
"""Velocity: who has tried to pay, and within how many seconds before."""
NUMBERS = frozenset({"amount", "risk_score", *TRIES})
RISK = frozenset({"risk_level", "risk_score"})
"""What is known only when the network has answered."""
CHECKS = frozenset({"address_line1_check", "address_postal_code_check", "cvc_check"})
"""What may be known before, and better afterwards."""
OF_NUMBERS: frozenset[Operator] = frozenset({"is", "is_not", "more_than", "less_than"})
OF_TEXTS: frozenset[Operator] = frozenset({"is", "is_not", "in_list", "not_in_list"})
MOST_TRIES = 1_000
"""The most tries that a rule may count, so that counting stays cheap."""

_WORDS: Mapping[Operator, str] = {
    "is": "=",
    "is_not": "!=",
    "more_than": ">",
    "less_than": "<",
    "in_list": "in",
    "not_in_list": "not in",
}

Value = str | int | None
Facts = Mapping[str, Value]
"""What is known of a payment, by attribute."""
Members = Collection[tuple[str, str]]
"""Lists, and what of a payment's texts is in them."""


class Condition(Struct, frozen=True):
    """One comparison; `value` is a text, the digits of a number, or the id of a list."""

    attribute: Attribute
    operator: Operator
    value: str

    def holds(self, facts: Facts, members: Members) -> bool:
        """Tell whether it is so of a payment."""
        known = facts.get(self.attribute)
        if known is None:
            return False
        if self.operator in ("in_list", "not_in_list"):
            return ((self.value, folded(known)) in members) == (self.operator == "in_list")
        if self.operator in ("is", "is_not"):
            return (folded(known) == folded(self.value)) == (self.operator == "is")
        more = int(known) - int(self.value)
        return more > 0 if self.operator == "more_than" else more < 0

    def told(self) -> str:
        """Return it in words."""
        value = f"@{self.value}" if self.operator.endswith("list") else self.value
        if self.attribute not in NUMBERS and value == self.value:
            value = f"'{value}'"
        return f":{self.attribute}: {_WORDS[self.operator]} {value}"


class Rule(Struct, frozen=True, kw_only=True):
    """What is done with payments of which all conditions hold."""

    id: str
    action: Action
    conditions: tuple[Condition, ...]
    enabled: bool = True

    def asked(self, *, answered: bool) -> bool:
        """Tell whether it is asked before the network has answered, or after."""
        about = {each.attribute for each in self.conditions}
        return bool(about & (RISK | CHECKS)) if answered else not about & RISK

    def holds(self, facts: Facts, members: Members) -> bool:
        """Tell whether it is about a payment."""
        return all(each.holds(facts, members) for each in self.conditions)


def folded(value: str | int) -> str:
    """Return a text as texts are compared: without regard to case."""
    return str(value).casefold()


def verdict(
    rules: Sequence[Rule], facts: Facts, members: Members = (), *, answered: bool
) -> Rule | None:
    """Return the rule that decides about a payment, before or after the issuer has answered."""
    asked = [rule for rule in rules if rule.enabled and rule.asked(answered=answered)]
    for action in ACTIONS:
        for rule in asked:
            if rule.action == action and rule.holds(facts, members):
                return rule
    return None


def lists_in(rules: Sequence[Rule]) -> Mapping[str, frozenset[str]]:
    """Return the lists that rules look into, and for which attributes."""
    found: dict[str, frozenset[str]] = {}
    for rule in rules:
        for each in rule.conditions if rule.enabled else ():
            if each.operator.endswith("list"):
                found[each.value] = found.get(each.value, frozenset()) | {each.attribute}
    return found


def most_counted(rules: Sequence[Rule]) -> Mapping[str, int]:
    """Return how far tries have to be counted for rules, by attribute: one more than compared."""
    found: dict[str, int] = {}
    for rule in rules:
        for each in rule.conditions if rule.enabled else ():
            if each.attribute in TRIES:
                found[each.attribute] = max(found.get(each.attribute, 0), int(each.value) + 1)
    return found
