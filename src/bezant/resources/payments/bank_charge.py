"""Bank charges: the charge of a payment that a bank, and no card network, carries."""

from typing import Any

from bezant.api.context import Context, created_of
from bezant.resources.core.application import acting_application
from bezant.resources.core.owners import Owner
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.charge import Charge, ChargeTransferData, Outcome
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.statement_descriptor import descriptor


def begun(
    ctx: Context,
    intent: PaymentIntent,
    method: PaymentMethod,
    owner: Owner,
    details: dict[str, Any],
) -> Charge:
    """Store the charge of a payment that a bank carries: pending until the bank has the money."""
    name = ctx.new_id("py")
    data = intent.transfer_data
    amount = intent.money
    charge = Charge(
        id=name,
        amount=amount.amount,
        amount_captured=amount.amount,
        application=acting_application(ctx),
        application_fee_amount=intent.application_fee_amount,
        balance_transaction=None,
        billing_details=method.billing_details,
        calculated_statement_descriptor=descriptor(owner, intent),
        created=created_of(name),
        currency=amount.currency,
        customer=intent.customer,
        description=intent.description,
        livemode=ctx.livemode,
        metadata=dict(intent.metadata),
        on_behalf_of=intent.on_behalf_of,
        outcome=Outcome(
            network_status="approved_by_network",
            risk_level="not_assessed",
            seller_message="Payment complete.",
            type="authorized",
        ),
        paid=False,
        payment_intent=intent.id or None,
        payment_method=method.id,
        payment_method_details=details,
        receipt_email=intent.receipt_email,
        shipping=intent.shipping,
        statement_descriptor=intent.statement_descriptor,
        statement_descriptor_suffix=intent.statement_descriptor_suffix,
        status="pending",
        transfer_data=(
            None if data is None else ChargeTransferData(data.amount or None, data.destination)
        ),
        transfer_group=intent.transfer_group,
    )
    return ctx.create(charge)
