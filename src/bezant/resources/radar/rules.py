"""Rules about risk: what is blocked, reviewed or allowed, and what a rule would have done before.

Rules are held against payments when they are confirmed, by card or through a bank. A change counts
from the next payment on.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.pages import ListParams, Page, bounds, check_cursors
from bezant.api.params import Metadata, Params, merged
from bezant.api.refusals import no_such
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.api.standard import missing
from bezant.flows.risk import (
    MOST_TRIES,
    NUMBERS,
    OF_NUMBERS,
    OF_TEXTS,
    TRIES,
    Action,
    Attribute,
    Condition,
    Operator,
    Rule,
    lists_in,
    most_counted,
)
from bezant.kernel.codec import microseconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import parse
from bezant.resources.core.risk_rules import MOST, PREFIX, RadarRule, keep, predicate, rules_of
from bezant.resources.core.value_list import members, named
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.screening import PAYERS, counted, known_of
from bezant.store.objects import Page as Ask

PATH = "/v1/radar/rules"
_DIGITS = 15
_SHOWN = 10
_NOT_KEPT = frozenset(
    {"card_bin", "ip_address", "tries_of_ip_address_in_day", "tries_of_ip_address_in_hour"}
)
"""What a charge does not show, so that it can't be held against rules again."""
_MICROSECONDS = 1_000_000


class ConditionParams(Params):
    """One comparison; a list is named by its id or its alias."""

    attribute: Attribute
    operator: Operator
    value: Annotated[str, Meta(max_length=800)]


Conditions = Annotated[list[ConditionParams], Meta(min_length=1, max_length=10)]


class CreateRule(Params):
    """What a rule is made of."""

    action: Action
    conditions: Conditions
    enabled: bool = True
    metadata: Metadata | None = None
    name: Annotated[str, Meta(max_length=200)] | None = None


class UpdateRule(Params):
    """What of a rule can be changed."""

    action: Action | None = None
    conditions: Conditions | None = None
    enabled: bool | None = None
    metadata: Metadata | None = None
    name: Annotated[str, Meta(max_length=200)] | None = None


class TestRule(Params):
    """A rule that is only tried, on how many of the latest payments."""

    conditions: Conditions
    limit: Annotated[int, Meta(ge=1, le=100)] = 100


class RuleTest(Resource, tag="radar.rule_test"):
    """What a rule would have been about, of the latest payments."""

    amounts: dict[str, int]
    charges: list[str]
    examined: int
    matched: int
    predicate: str


routes = Routes(RadarRule, PATH, prefix=PREFIX, listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListParams) -> Page:
    """List rules, newest first; those that every account begins with are the oldest."""
    check_cursors(params)
    within = bounds(PREFIX, params.created)
    known = sorted((await rules_of(ctx)).rules, key=lambda rule: rule.id, reverse=True)
    after, before = params.starting_after, params.ending_before
    for param, cursor in (("starting_after", after), ("ending_before", before)):
        if cursor is not None and all(each.id != cursor for each in known):
            raise no_such("radar.rule", cursor, param)
    if within is None:
        return Page([])
    least, most = within
    found = [
        each
        for each in known
        if (least is None or each.id >= least)
        and (most is None or each.id <= most)
        and (after is None or each.id < after)
        and (before is None or each.id > before)
    ]
    kept = found[-params.limit :] if before else found[: params.limit]
    return Page([ctx.encoded(each) for each in kept], len(found) > len(kept))


@routes.create
async def create(ctx: Context, params: CreateRule) -> RadarRule:
    """Make a rule."""
    known = await rules_of(ctx)
    if len(known.rules) >= MOST:
        raise InvalidRequest(f"An account has at most {MOST} rules: delete one first.")
    name = ctx.new_id(PREFIX)
    conditions = await _checked(ctx, params.conditions)
    made = RadarRule(
        id=name,
        action=params.action,
        conditions=conditions,
        created=created_of(name),
        enabled=params.enabled,
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        name=params.name,
        predicate=predicate(conditions),
    )
    await keep(ctx, [*known.rules, made])
    return made


@routes.get(PATH + "/{rule}")
async def retrieve(ctx: Context, rule: str) -> RadarRule:
    """Retrieve a rule."""
    return _found((await rules_of(ctx)).rules, rule)


@routes.post(PATH + "/{rule}")
async def update(ctx: Context, rule: str, params: UpdateRule) -> RadarRule:
    """Change a rule, or let it rest."""
    known = (await rules_of(ctx)).rules
    before = _found(known, rule)
    changes: dict[str, Any] = params.changes(without=("conditions", "metadata"))
    if params.conditions is not None:
        conditions = await _checked(ctx, params.conditions)
        changes |= {"conditions": conditions, "predicate": predicate(conditions)}
    after = replace(before, metadata=merged(before.metadata, params.metadata), **changes)
    await keep(ctx, [after if each.id == rule else each for each in known])
    return after


@routes.delete
async def delete(ctx: Context, rule: str) -> None:
    """Delete a rule."""
    known = (await rules_of(ctx)).rules
    _found(known, rule)
    await keep(ctx, [each for each in known if each.id != rule])


@routes.post(PATH + "/test", returns=RuleTest)
async def test(ctx: Context, params: TestRule) -> RuleTest:
    """Say which of the latest payments a rule would have been about; nothing is changed."""
    conditions = await _checked(ctx, params.conditions)
    for at, each in enumerate(conditions):
        if each.attribute in _NOT_KEPT:
            raise InvalidRequest(
                f"Charges do not show the {each.attribute} again: try another attribute.",
                param=f"conditions[{at}][attribute]",
            )
    name = ctx.new_id("rtest")
    rule = Rule(id=name, action="block", conditions=tuple(conditions))
    bodies, _ = await ctx.page(Charge, Ask(params.limit))
    charges = [msgspec.json.decode(body, type=Charge) for body in bodies]
    past = [each for each in charges if _paid_in(each)]
    facts = await _facts(ctx, rule, past)
    asked = [
        (listed, str(known[attribute]))
        for known in facts
        for listed, attributes in lists_in([rule]).items()
        for attribute in attributes
        if known.get(attribute) is not None
    ]
    inside = await members(ctx, asked)
    matched = [each for each, known in zip(past, facts, strict=True) if rule.holds(known, inside)]
    amounts: Counter[str] = Counter()
    for each in matched:
        amounts[each.currency] += each.amount
    return RuleTest(
        id=name,
        amounts=dict(amounts),
        charges=[each.id for each in matched[:_SHOWN]],
        created=created_of(name),
        examined=len(past),
        livemode=ctx.livemode,
        matched=len(matched),
        predicate=predicate(conditions),
    )


async def _facts(ctx: Context, rule: Rule, charges: Sequence[Charge]) -> list[Mapping[str, Any]]:
    """Return what was known of each charge, with the tries before it; one statement for each."""
    facts: list[dict[str, Any]] = [known_of(each) for each in charges]
    for attribute, most in most_counted([rule]).items():
        who, seconds = TRIES[attribute]
        known = [at for at, each in enumerate(facts) if each.get(PAYERS[who]) is not None]
        spans: list[tuple[str, int, int | None]] = []
        for at in known:
            moment = microseconds(parse(charges[at].id).time)
            spans.append((facts[at][PAYERS[who]], moment - seconds * _MICROSECONDS, moment - 1))
        for at, tries in zip(known, await counted(ctx, who, spans, most), strict=True):
            facts[at][attribute] = tries
    return list(facts)


def _paid_in(charge: Charge) -> bool:
    """Tell whether a payer has made a payment, and not another account."""
    return (charge.payment_method_details or {}).get("type") not in (None, "stripe_account")


async def _checked(ctx: Context, sent: Sequence[ConditionParams]) -> list[Condition]:
    """Return conditions as they are kept; InvalidRequest for what can't be compared."""
    return [await _condition(ctx, each, f"conditions[{at}]") for at, each in enumerate(sent)]


async def _condition(ctx: Context, sent: ConditionParams, param: str) -> Condition:
    operators = OF_NUMBERS if sent.attribute in NUMBERS else OF_TEXTS
    if sent.operator not in operators:
        raise InvalidRequest(
            f"{sent.attribute} is compared by {', '.join(sorted(operators))}.",
            param=f"{param}[operator]",
        )
    if sent.attribute in NUMBERS:
        _check_number(sent, f"{param}[value]")
    if sent.operator not in ("in_list", "not_in_list"):
        return Condition(sent.attribute, sent.operator, sent.value)
    listed = await named(ctx, sent.value.removeprefix("@"), f"{param}[value]")
    return Condition(sent.attribute, sent.operator, listed.id)


def _check_number(sent: ConditionParams, param: str) -> None:
    digits = sent.value
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS):
        raise InvalidRequest(
            f"{sent.attribute} is a whole number: send its digits.",
            code="parameter_invalid_integer",
            param=param,
        )
    if sent.attribute in TRIES and int(digits) > MOST_TRIES:
        raise InvalidRequest(
            f"Tries are counted up to {MOST_TRIES}.", code="parameter_invalid_integer", param=param
        )


def _found(known: Sequence[RadarRule], name: str) -> RadarRule:
    found = next((each for each in known if each.id == name), None)
    if found is None:
        raise missing(RadarRule, name)
    return found
