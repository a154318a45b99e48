"""Paying out of cash balances: what a customer has sent ahead pays for its intents.

What is not enough yet is set aside for the intent; the rest is asked for by bank transfer. Money
that comes finds its intent by itself, unless the customer's is applied by hand.
"""

from collections.abc import Sequence
from typing import Any

from bezant.api.context import Context
from bezant.flows import bank_payment
from bezant.flows import cash_balance as flow
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core import cash_balance
from bezant.resources.core.cash_transaction import Cash, OfPayment
from bezant.resources.core.customer import Customer
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.bank_charge import begun
from bezant.resources.payments.cash_instructions import TYPES, addresses, place_of
from bezant.resources.payments.confirming import Attempt, merchant
from bezant.resources.payments.debiting import check_captured_at_once
from bezant.resources.payments.following import follow
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.settling import Means, settle

KIND = "customer_balance"
RAIL = "cash_balance"
AWAITING = "awaiting"
"""Where a customer's hidden part has the intents that wait for its money, oldest first."""
FUNDED = "funded"
"""Where an intent's hidden part has how much is set aside for it, in minor units."""


async def confirm(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> PaymentIntent:
    """Pay with what the customer has; ask for the rest by bank transfer."""
    check_captured_at_once(intent)
    if intent.customer is None:
        raise InvalidRequest(
            "A cash balance is a customer's: send the `customer` of the PaymentIntent.",
            code="payment_intent_invalid_parameter",
            param="customer",
        )
    _check_type(intent)
    kept: dict[str, Any] = {name: getattr(attempt, name) for name in attempt.__struct_fields__}
    hidden = ctx.hidden(intent) | {"attempt": kept, "method": method.id}
    intent = ctx.save(intent, hidden=hidden, last_payment_error=None, next_action=None)
    assert intent.customer is not None, "it stays that customer's"
    name = intent.customer  # Who may have been made a moment ago.
    customer = ctx.made(Customer, name) or await ctx.load(Customer, name, param="customer")
    cash = await Cash.of(ctx, customer)
    held = cash.held(intent.currency)
    if held and is_automatic(ctx, cash.customer):
        intent = await apply(ctx, cash, intent, held)
    if intent.status == "succeeded":
        return intent
    wait(ctx, cash.customer, intent)
    intent = await _asking(ctx, cash, intent)
    return ctx.save(intent, status="requires_action", event="payment_intent.requires_action")


async def apply(ctx: Context, cash: Cash, intent: PaymentIntent, amount: int) -> PaymentIntent:
    """Let an amount of what a customer has pay for an intent, which is paid once it is enough."""
    before: int = ctx.hidden(intent).get(FUNDED, 0)
    part = min(amount, intent.amount - before)
    cash.change(
        "applied_to_payment", -part, intent.currency, applied_to_payment=OfPayment(intent.id)
    )
    money = Money(part, intent.currency)
    if before + part < intent.amount:
        entry = flow.set_aside(money, book=ctx.book, name=cash.customer.id, payment=intent.id)
        ctx.post(entry, source=intent.id)
        hidden = ctx.hidden(intent) | {FUNDED: before + part}
        intent = await _asking(ctx, cash, ctx.save(intent, hidden=hidden))
        return ctx.save(intent, event="payment_intent.partially_funded")
    intent = await _paid(ctx, intent)
    ctx.post(_applied(ctx, money, cash.customer.id), source=intent.id)
    if before:
        ctx.post(_applied(ctx, Money(before, intent.currency), intent.id), source=intent.id)
    stop_waiting(ctx, cash.customer, intent)
    follow(ctx, intent)
    return intent


async def reconcile(ctx: Context, cash: Cash, currency: str, reference: str | None = None) -> None:
    """Let what a customer has pay for intents that wait: the one that is named, or fits, first."""
    held = cash.held(currency)
    if held > 0 and is_automatic(ctx, cash.customer):
        for intent in _in_order(ctx, await _waiting(ctx, cash.customer, currency), held, reference):
            if not (left := cash.held(currency)):
                break
            await apply(ctx, cash, intent, left)
    if cash.held(currency) > 0:
        shown = cash_balance.shown(ctx, cash.customer, cash.all())
        ctx.emit_shown("cash_balance.funds_available", cash.customer.id, shown)


async def give_up(ctx: Context, intent: PaymentIntent) -> None:
    """Let a customer have again what was set aside for an intent that nobody waits for any more."""
    if intent.customer is None:
        return
    customer = await ctx.load(Customer, intent.customer)
    stop_waiting(ctx, customer, intent)
    before: int = ctx.hidden(intent).get(FUNDED, 0)
    if not before:
        return
    cash = await Cash.of(ctx, customer)
    money = Money(before, intent.currency)
    cash.change(
        "unapplied_from_payment", before, intent.currency,
        unapplied_from_payment=OfPayment(intent.id),
    )  # fmt: skip
    entry = flow.released(money, book=ctx.book, name=customer.id, payment=intent.id)
    ctx.post(entry, source=intent.id)
    ctx.save(intent, hidden=ctx.hidden(intent) | {FUNDED: 0})


def left_of(ctx: Context, intent: PaymentIntent) -> int:
    """Return how much is still to be paid, in minor units."""
    return intent.amount - ctx.hidden(intent).get(FUNDED, 0)


def is_automatic(ctx: Context, customer: Customer) -> bool:
    """Tell whether money finds its intent by itself."""
    return ctx.hidden(customer).get("reconciliation_mode") != "manual"


def wait(ctx: Context, customer: Customer, intent: PaymentIntent) -> None:
    """Note that an intent waits for a customer's money."""
    known: list[str] = ctx.hidden(customer).get(AWAITING, [])
    if intent.id not in known:
        ctx.save(
            ctx.current(customer), hidden=ctx.hidden(customer) | {AWAITING: [*known, intent.id]}
        )


def stop_waiting(ctx: Context, customer: Customer, intent: PaymentIntent) -> None:
    """Note that an intent waits no more."""
    known: list[str] = ctx.hidden(customer).get(AWAITING, [])
    if intent.id in known:
        left = [each for each in known if each != intent.id]
        ctx.save(ctx.current(customer), hidden=ctx.hidden(customer) | {AWAITING: left})


def _applied(ctx: Context, money: Money, name: str) -> Any:
    return bank_payment.applied(money, book=ctx.book, rail=RAIL, name=name)


async def _paid(ctx: Context, intent: PaymentIntent) -> PaymentIntent:
    method = await _method(ctx, intent)
    owner = await merchant(ctx, intent.on_behalf_of)
    charge = begun(ctx, intent, method, owner, {KIND: {}, "type": KIND})
    means = Means(method=KIND, rail=RAIL)
    changes = await settle(ctx, charge, intent.money, means, intent.application_fee_amount)
    charge = ctx.save(
        ctx.current(charge), paid=True, status="succeeded", event="charge.succeeded", **changes
    )
    return ctx.save(
        ctx.current(intent),
        amount_received=intent.amount,
        latest_charge=charge.id,
        next_action=None,
        status="succeeded",
        transfer_group=charge.transfer_group,
        event="payment_intent.succeeded",
    )


async def _method(ctx: Context, intent: PaymentIntent) -> PaymentMethod:
    name = intent.payment_method or ctx.hidden(intent)["method"]
    return ctx.made(PaymentMethod, name) or await ctx.load(PaymentMethod, name)


async def _asking(ctx: Context, cash: Cash, intent: PaymentIntent) -> PaymentIntent:
    """Return an intent that says how much is still to be sent, and where."""
    place = await place_of(ctx, ctx.current(cash.customer), intent.currency)
    page = f"{ctx.runtime.config.public_url}/pay/{ctx.account}/{intent.client_secret}"
    shown: dict[str, Any] = {
        "amount_remaining": left_of(ctx, intent),
        "currency": intent.currency,
        "financial_addresses": addresses(place, _options(intent).get("requested_address_types")),
        "hosted_instructions_url": page,
        "reference": place.reference,
        "type": TYPES[intent.currency],
    }
    action = {
        "display_bank_transfer_instructions": shown,
        "type": "display_bank_transfer_instructions",
    }
    return ctx.save(ctx.current(intent), next_action=action)


async def _waiting(ctx: Context, customer: Customer, currency: str) -> list[PaymentIntent]:
    names: Sequence[str] = ctx.hidden(customer).get(AWAITING, [])
    found = await ctx.load_many(PaymentIntent, [each for each in names if not _made(ctx, each)])
    ordered = [found[each] for each in names if each in found]
    return [
        each for each in ordered if each.status == "requires_action" and each.currency == currency
    ]


def _made(ctx: Context, name: str) -> bool:
    return ctx.made(PaymentIntent, name) is not None


def _in_order(
    ctx: Context, waiting: Sequence[PaymentIntent], held: int, reference: str | None
) -> list[PaymentIntent]:
    """Return intents, those first that the payer has named, then what is of just that amount."""

    def rank(intent: PaymentIntent) -> tuple[bool, bool]:
        left = left_of(ctx, intent)
        named = reference is not None and reference in (intent.id, intent.description)
        return not named, left != held

    return sorted(waiting, key=rank)


def _check_type(intent: PaymentIntent) -> None:
    wanted = _options(intent).get("type")
    fitting = TYPES.get(intent.currency)
    if wanted not in (None, fitting):
        raise InvalidRequest(
            f"Bank transfers of {intent.currency} are of the type {fitting}, not {wanted}.",
            code="payment_intent_invalid_parameter",
            param="payment_method_options[customer_balance][bank_transfer][type]",
        )


def _options(intent: PaymentIntent) -> dict[str, Any]:
    """Return what is said about how a bank transfer is to be made."""
    options: dict[str, Any] = (intent.payment_method_options or {}).get(KIND, {})
    return options.get("bank_transfer", {})
