"""A refund that the network has paid and no call has committed is written down as it was paid."""

from bezant.api.context import Context, Stale
from bezant.kernel.log import get_logger
from bezant.rail.cards import CardAnswer
from bezant.resources.payments import card
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund_told import refund_called
from bezant.resources.payments.refunding import (
    REFUNDED,
    Way,
    Wish,
    called_by,
    destination,
    give_back,
)

log = get_logger(__name__)


async def adopt(ctx: Context, charge: str, capture: str, paid: CardAnswer) -> None:
    """Write down what was given back of a capture of a charge, unless it is known.

    The context is for this alone.
    """
    reference = called_by(paid)
    while True:
        own = ctx.fresh()
        found = await own.load(Charge, charge)
        if await refund_called(own, found, reference) is not None:
            return
        given: dict[str, int] = dict(own.hidden(found).get(REFUNDED, {}))
        given[capture] = given.get(capture, 0) + paid.amount.amount
        own.save(found, hidden=own.hidden(found) | {REFUNDED: given})
        way = Way(
            rail=card.RAIL,
            pending=paid.pending,
            kind="refund",
            destination=destination(paid),
            parts={reference: [capture, paid.amount.amount]},
        )
        wish = Wish(amount=paid.amount, metadata={})
        made = await give_back(own, found, wish, own.new_id("re"), way)
        try:
            await own.write()
        except Stale:
            continue
        log.warning("refund_adopted", refund=made.id, charge=charge, reference=reference)
        return
