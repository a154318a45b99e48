"""Simulations: something is made to happen at a simulated bank, once, and told when it has.

They exist in test mode only. The bank itself is played by the process that works in the
background, so a simulation is `pending` until that has come round to it.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from bezant.api.context import Context, created_of
from bezant.api.params import Params
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.movement.movement import Movement
from bezant.movement.profile import SANDBOX
from bezant.resources.banks.operator import is_operator
from bezant.resources.test_helpers.simulated import BANK, RAILS, VERBS, Verb

Word = Annotated[str, Meta(max_length=40)]
Text = Annotated[str, Meta(max_length=140)]
_A_YEAR = 366 * 86_400


class Simulation(Resource, tag="test_helpers.simulation"):
    """One thing that happens at a simulated bank; `amount` in minor units of its account.

    `target` is what it is about as it was asked for, `key` the same as the bank knows it.
    `result` says in words what happened, or why it could not.
    """

    filters: ClassVar[Mapping[str, str]] = {"status": "status"}

    id: str
    action: str
    amount: int | None
    bank: str
    created: int
    details: dict[str, str]
    key: str | None
    livemode: bool
    rail: str
    result: str | None
    status: Literal["pending", "done", "failed"]
    target: str | None


class CreateSimulation(Params):
    """What is to happen: a rail (or `bank`), a word, and what that word takes."""

    rail: Word
    action: Word
    account: Text | None = None
    amount: Annotated[int, Meta(ge=1, le=10**12)] | None = None
    bank: Word | None = None
    code: Annotated[str, Meta(max_length=10)] | None = None
    kind: Word | None = None
    name: Text | None = None
    per_mille: Annotated[int, Meta(ge=0, le=1000)] | None = None
    reference: Annotated[str, Meta(max_length=35)] | None = None
    remittance: Text | None = None
    seconds: Annotated[int, Meta(ge=1, le=_A_YEAR)] | None = None
    target: Text | None = None
    times: Annotated[int, Meta(ge=1, le=1000)] | None = None


routes = Routes(Simulation, "/v1/test_helpers/simulations", prefix="sim")


@routes.create
async def create(ctx: Context, params: CreateSimulation) -> Simulation:
    """Make something happen at a simulated bank; ask again until its status is `done`."""
    _check_mode(ctx)
    verb = _verb(params)
    given = _given(params)
    _check(verb, params, given)
    movement = await _movement(ctx, params)
    name = ctx.new_id("sim")
    simulation = Simulation(
        id=name,
        action=params.action,
        amount=_amount(params, movement),
        bank=params.bank or (movement.bank if movement else SANDBOX.name),
        created=created_of(name),
        details=given,
        key=movement.reference if movement else None,
        livemode=False,
        rail=params.rail,
        result=None,
        status="pending",
        target=params.target,
    )
    asker = {"platform": ctx.caller.platform, "account": ctx.account}
    return ctx.create(simulation, hidden=asker)


def _check_mode(ctx: Context) -> None:
    if ctx.livemode:
        raise InvalidRequest(
            "Nothing is simulated in live mode. Use a test-mode key.", code="testmode_only"
        )


def _verb(params: CreateSimulation) -> Verb:
    if params.rail not in {*RAILS, BANK}:
        raise InvalidRequest(
            f"No such rail: '{params.rail}'. There are {BANK}, {', '.join(sorted(RAILS))}.",
            param="rail",
        )
    verb = VERBS.get(params.action)
    if verb is None or params.rail not in verb.rails:
        known = ", ".join(sorted(name for name, it in VERBS.items() if params.rail in it.rails))
        raise InvalidRequest(
            f"'{params.action}' can't happen to {params.rail}: it has {known}.", param="action"
        )
    return verb


def _given(params: CreateSimulation) -> dict[str, str]:
    named = {
        "account": params.account,
        "code": params.code,
        "kind": params.kind,
        "name": params.name,
        "per_mille": params.per_mille,
        "reference": params.reference,
        "remittance": params.remittance,
        "seconds": params.seconds,
        "times": params.times,
    }
    return {name: str(value) for name, value in named.items() if value is not None}


def _check(verb: Verb, params: CreateSimulation, given: Mapping[str, str]) -> None:
    said = {*given}
    said |= {"target"} if params.target is not None else set()
    said |= {"amount"} if params.amount is not None else set()
    for name in verb.required:
        if name not in said:
            raise InvalidRequest(
                f"'{params.action}' needs `{name}`.", code="parameter_missing", param=name
            )
    for name in sorted(said):
        if not verb.allows(name):
            raise InvalidRequest(
                f"'{params.action}' takes no `{name}`.", code="parameter_unknown", param=name
            )


async def _movement(ctx: Context, params: CreateSimulation) -> Movement | None:
    """Return the movement that is meant, by its own id or the object that it is for."""
    if params.target is None or params.rail == BANK:
        return None
    if params.target.startswith("mv_"):
        movement = await _by_id(ctx, params.target)
    else:
        found = await ctx.newest(Movement, {"source": params.target})
        if found is None:
            raise InvalidRequest(
                f"No money is moved for '{params.target}'.",
                code="resource_missing",
                param="target",
            )
        movement = found
    if movement.rail != params.rail:
        raise InvalidRequest(
            f"'{params.target}' goes by {movement.rail}, not by {params.rail}.", param="rail"
        )
    if movement.reference is None:
        raise InvalidRequest(
            f"'{params.target}' has not left for the bank yet: it is {movement.status}.",
            code="movement_not_sent",
            param="target",
        )
    return movement


async def _by_id(ctx: Context, name: str) -> Movement:
    """Return a movement of the acting account, or one that came unasked, for the operator."""
    found = await ctx.find(Movement, name)
    if found is None and await is_operator(ctx):
        found = await ctx.find(Movement, name, book=ctx.house)
    return found or await ctx.load(Movement, name, param="target")


def _amount(params: CreateSimulation, movement: Movement | None) -> int | None:
    """Return what it is about: whoever asks for money back asks for all of it."""
    if params.action == "recall" and movement is not None:
        return movement.amount
    return params.amount
