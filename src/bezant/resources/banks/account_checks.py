"""Account checks: whether a bank account exists, and whether its name is right, asked of its bank.

A prenote is an entry without money, which comes back if there is no such account. A verification
asks for the holder's name where a rail can, and sends a few cents where it can only do that.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.params import Params
from bezant.api.routes import Routes
from bezant.flows import account_check as flow
from bezant.kernel.codec import from_base62
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import RANDOM_BITS
from bezant.kernel.money import Money
from bezant.movement import instruct
from bezant.movement.engine import engine_of
from bezant.movement.handler import Handler, Notice
from bezant.movement.instruct import noted
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.order import Order
from bezant.movement.route import Wish
from bezant.rail import Act, Direction
from bezant.resources.core.bank_accounts import BankAccount, corrected, party, show_again

PATH = "/v1/movements"
MOST_GUESSES = 3
_MOST_CENTS = 98
_GUESSED, _WRONG = "confirmed", "confirmation_failed"
_EVENT = "account.external_account.updated"


class SendPrenote(Params):
    """The bank account to try, and whether it is to be paid (`credit`) or collected from."""

    destination: str
    bank: str | None = None
    direction: Literal["credit", "debit"] = "credit"
    rail: str | None = None


class Verify(Params):
    """The bank account to ask for; `name` stands for its own holder's."""

    destination: str
    bank: str | None = None
    name: Annotated[str, Meta(min_length=1, max_length=140)] | None = None
    rail: str | None = None


class Confirm(Params):
    """How many cents have come, as the account's holder says."""

    amount: Annotated[int, Meta(ge=1, le=99)]


routes = Routes(Movement, PATH, prefix="mv", listed=False, retrieved=False)


@routes.post(PATH + "/prenotes")
async def send_prenote(ctx: Context, params: SendPrenote) -> Movement:
    """Try a bank account without money; it is `validated` when nothing comes back in time."""
    bank_account = await ctx.load(BankAccount, params.destination, param="destination")
    order = Order(party(ctx, bank_account, None), description="PRENOTE")
    asked = _wish(ctx, bank_account, order, "prenote", params.direction)
    wish = asked._replace(bank=params.bank, rail=params.rail)
    return instruct.ask(ctx, bank_account, wish.amount, order, wish, carries_money=False)


@routes.post(PATH + "/verifications")
async def verify(ctx: Context, params: Verify) -> Movement:
    """Ask a bank whether a name and an account belong together; `payee` says what came of it.

    By ACH a few cents are sent instead, whose amount the holder confirms.
    """
    bank_account = await ctx.load(BankAccount, params.destination, param="destination")
    whose = party(ctx, bank_account, None)
    order = Order(replace(whose, name=params.name or whose.name), description="ACCTVERIFY")
    asked = _wish(ctx, bank_account, order, "verify", "credit")
    wish = asked._replace(bank=params.bank, rail=params.rail)
    if _asks_by_name(ctx, wish):
        return instruct.ask(ctx, bank_account, wish.amount, order, wish, carries_money=False)
    few = wish._replace(amount=Money(_some_cents(ctx), bank_account.currency))
    return instruct.ask(ctx, bank_account, few.amount, order, few, carries_money=True)


@routes.post(PATH + "/{id}/confirm")
async def confirm(ctx: Context, id: str, params: Confirm) -> Movement:
    """Compare the cents that were sent with those that have come; three guesses are allowed."""
    movement = await ctx.load(Movement, id)
    wrong = sum(fact.kind == _WRONG for fact in movement.facts)
    over = wrong >= MOST_GUESSES or any(fact.kind == _GUESSED for fact in movement.facts)
    if movement.act != "verify" or not movement.amount or movement.status != "settled" or over:
        raise InvalidRequest(
            f"{movement.id} has no amount to confirm, not yet or not any more.",
            code="movement_not_ready",
        )
    bank_account = await ctx.load(BankAccount, str(movement.source))
    right = params.amount == movement.amount
    if right or wrong + 1 == MOST_GUESSES:
        _become(ctx, bank_account, "verified" if right else "verification_failed")
    fact = noted(ctx, _GUESSED if right else _WRONG)
    return ctx.save(movement, **movement.with_fact(fact))


def _wish(
    ctx: Context, bank_account: BankAccount, order: Order, act: Act, direction: Direction
) -> Wish:
    nothing = Money(0, bank_account.currency)
    return Wish(nothing, direction, order.to.account, "instant", ctx.livemode, act=act)


def _asks_by_name(ctx: Context, wish: Wish) -> bool:
    """Tell whether a rail that may be chosen has a question for the name, which costs nothing."""
    lanes = engine_of(ctx).banks.lanes(livemode=wish.livemode, currency=wish.amount.currency)
    few_cents = [
        lane.rail.capabilities.micro_entries
        for lane in lanes
        if wish.act in lane.rail.capabilities.acts
        and wish.bank in (None, lane.bank.name)
        and wish.rail in (None, lane.rail.capabilities.name)
    ]
    return not all(few_cents) or not few_cents


def _some_cents(ctx: Context) -> int:
    """Return 1 to 98 cents that nobody can foresee: an id's random bits."""
    bits = from_base62(ctx.new_id("few").rpartition("_")[2]) & (1 << RANDOM_BITS) - 1
    return 1 + bits % _MOST_CENTS


def _settled(
    ctx: Context, bank_account: BankAccount, movement: Movement, _fact: MovementFact
) -> None:
    said = movement.payee.verdict if movement.payee else None
    if movement.act == "prenote" and bank_account.status == "new":
        _become(ctx, bank_account, "validated")
    elif said == "match":
        _become(ctx, bank_account, "verified")
    elif said == "no_match":
        _become(ctx, bank_account, "verification_failed")


def _failed(
    ctx: Context, bank_account: BankAccount, _movement: Movement, fact: MovementFact
) -> None:
    if fact.code:  # Without a code nobody has said anything about the account.
        _become(ctx, bank_account, "verification_failed")


def _become(ctx: Context, bank_account: BankAccount, status: str) -> None:
    if bank_account.status != status:
        ctx.save(bank_account, status=status, event=_EVENT)
        show_again(ctx, bank_account)


async def _correct(ctx: Context, notices: Sequence[Notice]) -> dict[str, str]:
    """Correct the bank accounts that were asked about."""
    told: dict[str, str] = {}
    for one in notices:
        if changed := corrected(ctx, ctx.current(one.subject), one.details):
            told[one.movement.id] = f"corrected {', '.join(changed)} of {one.subject.id}"
    return told


handler = Handler(
    subject=BankAccount,
    on={"settled": _settled, "returned": _failed, "rejected": _failed},
    house={"verify_settled": flow.sent, "verify_returned": flow.came_back},
    corrects=_correct,
)
