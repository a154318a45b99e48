"""Calling back: a payment from a bank account is canceled before its bank was asked for it."""

from bezant.api.context import Context
from bezant.movement import instruct
from bezant.resources.payments.bank_methods import BANK_METHODS
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.concerns import money_gone
from bezant.resources.payments.debit_answers import dropped
from bezant.resources.payments.intent_changes import unexpected
from bezant.resources.payments.payment_intent import PaymentIntent


async def call_back(ctx: Context, intent: PaymentIntent) -> None:
    """Take back the collection of an intent that is processed.

    Raises InvalidRequest once it has left for the bank, or when it is paid otherwise.
    """
    charge = await ctx.find(Charge, intent.latest_charge or "")
    kind = (charge.payment_method_details or {}).get("type") if charge else None
    if charge is None or kind not in BANK_METHODS or charge.status != "pending":
        raise unexpected(intent, "can't be canceled")
    movement = await instruct.movement_of(ctx, charge.id)
    if not movement.may_become("canceled") or movement.file is not None:
        raise unexpected(intent, "can't be canceled, for its bank has been asked for the money")
    canceled = instruct.cancel(ctx, movement)
    await money_gone(ctx, charge, "canceled")
    dropped(ctx, ctx.current(charge), canceled, canceled.facts[-1])
