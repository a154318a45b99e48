"""Debit losses: what a payer's bank takes back of a payment that had counted as paid.

It is taken from the owner, once. A refund that no bank has seen yet is not sent: the payer has the
money already.
"""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.movement import instruct
from bezant.resources.core.later import Matter
from bezant.resources.payments import refund_by_bank
from bezant.resources.payments.bank_methods import BANK_METHODS
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.dispute import Dispute, EvidenceDetails, prefilled
from bezant.resources.payments.dispute_money import withdraw
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.screening import IP_ADDRESS
from bezant.store.objects import Page

TAKEN_FOR = "taken_for"
"""Where a charge's hidden part has the bank's reason to take its money back, until that is done."""
_REASONS: Mapping[str, str] = {
    "account_closed": "incorrect_account_details",
    "debit_not_authorized": "debit_not_authorized",
    "insufficient_funds": "insufficient_funds",
    "invalid_account_number": "incorrect_account_details",
    "no_account": "incorrect_account_details",
}
"""What disputes say, by a charge's failure code."""
_MOST = 100


async def lost(ctx: Context, matter: Matter) -> bool:
    """Dispute a payment whose bank has given it back to the payer; nobody can answer that."""
    charge = await ctx.load(Charge, matter.subject)
    hidden = dict(ctx.hidden(charge))
    why = hidden.pop(TAKEN_FOR, None)
    if why is None:
        return False
    charge = ctx.save(charge, hidden=hidden)
    await _spare_refunds(ctx, charge)
    name = ctx.new_id("dp")
    dispute = ctx.create(
        Dispute(
            id=name,
            amount=charge.amount,
            charge=charge.id,
            created=created_of(name),
            currency=charge.currency,
            evidence=prefilled(charge, hidden.get(IP_ADDRESS)),
            evidence_details=EvidenceDetails(due_by=None),
            is_charge_refundable=False,
            livemode=ctx.livemode,
            payment_intent=charge.payment_intent,
            reason=_REASONS.get(why, "bank_cannot_process"),
            status="lost",
        )
    )
    rail = BANK_METHODS[(charge.payment_method_details or {})["type"]].rail
    dispute = await withdraw(ctx, charge, dispute, rail=rail)
    for event in (
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ):
        ctx.emit(event, dispute)
    return True


async def _spare_refunds(ctx: Context, charge: Charge) -> None:
    """Take back refunds that no bank has seen."""
    bodies, _ = await ctx.page(Refund, Page(limit=_MOST, filters={"source": charge.id}))
    for body in bodies:
        shown = msgspec.json.decode(body, type=Refund)
        if shown.status != "pending":
            continue
        refund = await ctx.load(Refund, shown.id)
        movement = await instruct.movement_of(ctx, refund.id)
        if movement.may_become("canceled") and movement.file is None:
            canceled = instruct.cancel(ctx, movement)
            told = replace(canceled.facts[-1], reason=refund_by_bank.DISPUTED)
            refund_by_bank.dropped(ctx, refund, canceled, told)
