"""A refund that the network has paid and no call has committed is written down as it was paid."""

from msgspec import Struct

from bezant.api.context import Context, Stale
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.resources.payments import card
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund_references import refund_under
from bezant.resources.payments.refunding import REFUNDED, Way, Wish, destination, give_back

log = get_logger(__name__)


class Given(Struct, frozen=True):
    """What was given back of a capture: by which request, and what the acquirer calls that."""

    charge: str
    capture: str
    reference: str
    acquirer_reference: str
    amount: Money
    pending: bool = False


async def adopt(ctx: Context, given: Given) -> None:
    """Write a refund down, unless it is known; the context is for this alone."""
    called = given.acquirer_reference
    while True:
        own = ctx.fresh()
        charge = await own.load(Charge, given.charge)
        if await refund_under(own, charge, (given.reference, called)) is not None:
            return
        before: dict[str, int] = own.hidden(charge).get(REFUNDED, {})
        amount = given.amount.amount
        now = before | {given.capture: before.get(given.capture, 0) + amount}
        own.save(charge, hidden=own.hidden(charge) | {REFUNDED: now})
        way = Way(
            rail=card.RAIL,
            pending=given.pending,
            kind="refund",
            destination=destination(called),
            parts={called: [given.capture, amount]},
            references=[given.reference],
        )
        wish = Wish(amount=given.amount, metadata={})
        made = await give_back(own, charge, wish, own.new_id("re"), way)
        try:
            await own.write()
        except Stale:
            continue
        log.warning("refund_adopted", refund=made.id, charge=charge.id, reference=called)
        return
