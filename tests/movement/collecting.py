"""A product that collects, for tests alone: what payments will do with bank debits."""

from datetime import date

from bezant.api.context import Caller, Context, created_of
from bezant.api.resource import Resource
from bezant.flows import collection as flow
from bezant.kernel.money import Money
from bezant.movement import instruct
from bezant.movement.engine import Engine
from bezant.movement.handler import Handler
from bezant.movement.order import Order
from bezant.rail import Mandate, Party, UsAccount
from bezant.server.wiring import HANDLERS


class Pull(Resource, tag="test_pull"):
    """Money that is pulled; `tries` counts its attempts."""

    status: str = "pending"
    tries: int = 1


def _settled(ctx, pull, movement, _fact):
    entry = flow.settled(movement.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=pull.id)
    ctx.save(pull, status="settled")


def _returned(ctx, pull, movement, _fact):
    ctx.post(flow.returned(movement.money, book=movement.book), source=pull.id)
    ctx.save(pull, status="returned")


def _dishonored(ctx, pull, movement, _fact):
    ctx.post(flow.stands(movement.money, book=movement.book), source=pull.id)
    ctx.save(pull, status="settled")


def _retried(ctx, pull, movement, _fact):
    entry = flow.created(movement.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=pull.id)
    ctx.save(pull, status="pending", tries=pull.tries + 1)


handler = Handler(
    subject=Pull,
    on={
        "settled": _settled,
        "returned": _returned,
        "retried": _retried,
        "dishonored": _dishonored,
        "contested": _returned,
    },
    house=dict.fromkeys(
        ("settled", "dishonored"),
        lambda total, house, rail: flow.collected(total, house=house, rail=rail),
    )
    | dict.fromkeys(
        ("returned", "contested"),
        lambda total, house, rail: flow.taken_back(total, house=house, rail=rail),
    ),
)


async def pull(world, account, cents, number):
    """Collect from a bank account for a connected account; returns the pull's id."""
    runtime, platform = world.platform.runtime, world.platform.started.account
    handlers = {**HANDLERS, "test_pull": handler}
    runtime.ports[Engine] = Engine(world.platform.banks, handlers)
    ctx = Context(runtime, Caller(platform, account, livemode=False))
    name = ctx.new_id("pull")
    made = Pull(id=name, created=created_of(name), livemode=False)
    payer = Party("Jenny Rosen", UsAccount("110000000", number))
    mandate = Mandate("M1", date(2026, 1, 5), scheme="WEB")
    order = Order(payer, description="DUES", mandate=mandate)
    movement = instruct.collect(ctx, made, Money(cents, "usd"), order)
    entry = flow.created(movement.money, book=ctx.book, rail=movement.rail)
    instruct.tie(ctx, movement, ctx.post(entry, source=name))
    ctx.create(made)
    await ctx.write()
    return name


async def shown(world, account, name):
    """Return a pull as it is now."""
    ctx = Context(world.platform.runtime, Caller(account, account, livemode=False))
    return await ctx.load(Pull, name)
