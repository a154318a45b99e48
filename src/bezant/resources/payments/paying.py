"""Paying: how an intent is paid, by the type of its payment method, and how that is given up."""

from collections.abc import Awaitable, Callable, Mapping

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.cash_transaction import Cash
from bezant.resources.core.customer import Customer
from bezant.resources.core.payment_method import PaymentMethod, made
from bezant.resources.payments import cash_paying, confirming, pushing, verifying
from bezant.resources.payments.bank_methods import BANK_METHODS
from bezant.resources.payments.confirming import Attempt
from bezant.resources.payments.entitled import check_entitled
from bezant.resources.payments.payment_intent import PaymentIntent

Confirm = Callable[
    [Context, PaymentIntent, PaymentMethod, Attempt], Awaitable[PaymentIntent | Failure]
]

_BY_TYPE: Mapping[str, Confirm] = {
    "card": confirming.confirm,
    cash_paying.KIND: cash_paying.confirm,
    **dict.fromkeys(BANK_METHODS, verifying.confirm),
    **dict.fromkeys(pushing.KINDS, pushing.confirm),
}


async def confirm(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> PaymentIntent | Failure:
    """Try to get the money; what was begun before is given up."""
    await check_entitled(ctx, method.type, intent.currency, intent.on_behalf_of)
    if method.type != "card":  # Of cards it is checked when their networks are about to be asked.
        await confirming.check_money(ctx, intent)
    intent = await abandon(ctx, intent)
    return await _BY_TYPE[method.type](ctx, intent, method, attempt)


async def abandon(ctx: Context, intent: PaymentIntent) -> PaymentIntent:
    """Give up what an intent waits for, such as a bank transfer."""
    if intent.status != "requires_action":
        return intent
    action = (intent.next_action or {}).get("type")
    if action == "display_bank_transfer_instructions":
        await cash_paying.give_up(ctx, intent)
    elif action in pushing.ACTIONS:
        await pushing.give_up(ctx, intent)
    return ctx.current(intent)


async def apply_cash(
    ctx: Context, intent: PaymentIntent, amount: int | None, currency: str | None
) -> PaymentIntent:
    """Pay with what a customer has sent ahead; InvalidRequest when it has too little."""
    if intent.customer is None or cash_paying.KIND not in intent.payment_method_types:
        raise InvalidRequest(
            f"Only a PaymentIntent of a customer's that takes {cash_paying.KIND} is paid out of a "
            "cash balance.",
            code="payment_intent_invalid_parameter",
        )
    if currency not in (None, intent.currency):
        raise InvalidRequest(
            f"The PaymentIntent is in {intent.currency}: send that.", param="currency"
        )
    customer = await ctx.load(Customer, intent.customer)
    cash = await Cash.of(ctx, customer)
    left = cash_paying.left_of(ctx, intent)
    wanted = min(left, cash.held(intent.currency)) if amount is None else amount
    if not 0 < wanted <= min(left, cash.held(intent.currency)):
        raise InvalidRequest(
            f"{customer.id} has {cash.held(intent.currency)} {intent.currency} on its cash "
            f"balance, and {left} are still to be paid: send less, or let it send more first.",
            code="balance_insufficient",
            param="amount",
        )
    if intent.payment_method is None:
        method = made(ctx, cash_paying.KIND, {}, {})
        intent = ctx.save(intent, payment_method=method.id)
    intent = await cash_paying.apply(ctx, cash, intent, wanted)
    if intent.status != "succeeded":
        cash_paying.wait(ctx, cash.customer, intent)
        intent = ctx.save(intent, status="requires_action")
    return intent
