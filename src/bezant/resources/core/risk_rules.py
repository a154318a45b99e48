"""The rules about risk of an account: one document with all of them, read once for each payment.

An account that has changed none has those that everybody begins with.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from msgspec import field

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.flows.risk import Action, Condition, Rule
from bezant.kernel.codec import base62
from bezant.kernel.ids import WIDTH
from bezant.resources.core.value_list import BEGAN, BY_ALIAS

NAME = "rules"
MOST = 100
"""How many rules an account may have, those that it began with among them."""
PREFIX = "rule"
_AFTER_TIME = 88
_MICROSECONDS = 1_000_000


class RadarRule(Identified, tag="radar.rule"):
    """What is done with payments of which all conditions hold."""

    action: Action
    conditions: list[Condition]
    created: int
    enabled: bool = True
    livemode: bool
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    name: str | None = None
    predicate: str


class RiskRules(Identified, tag="radar.rule_set"):
    """All rules of an account, in the order in which they were made."""

    filters: ClassVar[Mapping[str, str]] = {}

    rules: list[RadarRule]

    def engine(self) -> Sequence[Rule]:
        """Return the rules as they are applied."""
        return [applied(each) for each in self.rules]


def predicate(conditions: Sequence[Condition]) -> str:
    """Return conditions in words."""
    return " and ".join(each.told() for each in conditions)


def applied(rule: RadarRule) -> Rule:
    """Return a rule as it is applied."""
    return Rule(
        id=rule.id,
        action=rule.action,
        conditions=tuple(rule.conditions),
        enabled=rule.enabled,
    )


_OF_LISTS: Mapping[str, Any] = {
    "card_bin": "card_bin",
    "card_country": "card_country",
    "card_fingerprint": "card_fingerprint",
    "charge_description": "description",
    "client_ip_address": "ip_address",
    "customer_id": "customer",
    "email": "email",
    "email_domain": "email_domain",
}


def _defaults() -> list[tuple[Action, Condition, bool, str]]:
    found: list[tuple[Action, Condition, bool, str]] = [
        ("block", Condition("risk_level", "is", "highest"), True, "The highest risk"),
        ("block", Condition("cvc_check", "is", "fail"), False, "A wrong security code"),
        ("block", Condition("address_postal_code_check", "is", "fail"), False,
         "A wrong postal code"),
        ("review", Condition("risk_level", "is", "elevated"), True, "An elevated risk"),
    ]  # fmt: skip
    actions: Sequence[Action] = ("allow", "block")
    for action in actions:
        for alias, attribute in _OF_LISTS.items():
            listed = Condition(attribute, "in_list", BY_ALIAS[f"{alias}_{action}list"])
            found.append((action, listed, True, f"What is in {alias}_{action}list"))
    return found


def _made(number: int, action: Action, condition: Condition, *, enabled: bool, name: str) -> Any:
    at = BEGAN * _MICROSECONDS + number
    return RadarRule(
        id=f"{PREFIX}_{base62(at << _AFTER_TIME, WIDTH)}",
        action=action,
        conditions=[condition],
        created=BEGAN,
        enabled=enabled,
        livemode=False,
        name=name,
        predicate=predicate([condition]),
    )


DEFAULTS: Sequence[RadarRule] = [
    _made(number, action, condition, enabled=enabled, name=name)
    for number, (action, condition, enabled, name) in enumerate(_defaults(), 1)
]
"""The rules that everybody begins with."""
HIGHEST, ELEVATED = DEFAULTS[0].id, DEFAULTS[3].id
_WITHOUT_LISTS = [applied(each) for each in DEFAULTS if each.conditions[0].operator == "is"]


async def rules_to_apply(ctx: Context) -> Sequence[Rule]:
    """Return the rules that a payment is held to.

    As long as nothing was put into a list that everybody has, no rule need look into one.
    """
    found = await ctx.find(RiskRules, NAME)
    return _WITHOUT_LISTS if found is None else found.engine()


async def rules_of(ctx: Context) -> RiskRules:
    """Return the rules of an account, those that it began with if it has changed none."""
    found = await ctx.find(RiskRules, NAME)
    if found is not None:
        return found
    rules = [
        RadarRule(
            **{name: getattr(each, name) for name in each.__struct_fields__ if name != "livemode"},
            livemode=ctx.livemode,
        )
        for each in DEFAULTS
    ]
    return RiskRules(id=NAME, rules=rules)


async def keep(ctx: Context, rules: Sequence[RadarRule]) -> None:
    """Store the rules of an account."""
    found = await ctx.find(RiskRules, NAME)
    if found is None:
        ctx.create(RiskRules(id=NAME, rules=list(rules)))
    else:
        ctx.save(found, rules=list(rules))


async def mind_lists(ctx: Context) -> None:
    """Let the rules that everybody has look into their lists from now on."""
    if ctx.made(RiskRules, NAME) is None and await ctx.find(RiskRules, NAME) is None:
        ctx.create(await rules_of(ctx))
