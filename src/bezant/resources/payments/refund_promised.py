"""Promised refunds: of payments that no bank has brought yet; they are begun once one has.

Until then nothing moves: the charge keeps in mind how much of it is promised. When the payment
fails, nobody has paid anything, and what was promised is canceled.
"""

from typing import Any

from msgspec import UNSET

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.later import later
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund import Refund, RefundStatus, announced
from bezant.resources.payments.refunding import Wish, plain

BEGIN_JOB = "refunds.begin"
PROMISED = "promised"
"""Where a charge's hidden part has what is to be given back of it once it has come, in minor units,
by refund."""
_WISH = "wish"


def promise(ctx: Context, charge: Charge, wish: Wish) -> Refund:
    """Store a refund that waits until the bank has brought its payment."""
    _check(charge, wish)
    name = ctx.new_id("re")
    hidden = ctx.hidden(charge)
    promised = hidden.get(PROMISED, {}) | {name: wish.amount.amount}
    ctx.save(charge, hidden=hidden | {PROMISED: promised})
    made = plain(charge, wish, name)
    made.pending_reason = "charge_pending"
    told = {
        "reverse_transfer": wish.reverse_transfer,
        "refund_application_fee": wish.refund_application_fee,
    }
    return ctx.create(made, event="refund.created", hidden={_WISH: told})


def promised_of(ctx: Context, charge: Charge) -> Money:
    """Return how much of a charge is promised to its payer."""
    return Money(sum(ctx.hidden(charge).get(PROMISED, {}).values()), charge.currency)


def decide(ctx: Context, charge: Charge, book: Book, platform: str) -> None:
    """Let refunds that wait for a payment go on, now that it has come or has failed."""
    for name in ctx.hidden(charge).get(PROMISED, {}):
        later(ctx, BEGIN_JOB, name, book, platform)


def kept_no_more(ctx: Context, charge: Charge, refund: Refund) -> Charge:
    """Return a charge that keeps a promise no more."""
    hidden = dict(ctx.hidden(charge))
    promised = dict(hidden.pop(PROMISED, {}))
    promised.pop(refund.id, None)
    return ctx.save(charge, hidden=hidden | ({PROMISED: promised} if promised else {}))


def wish_of(ctx: Context, refund: Refund) -> Wish:
    """Return what was asked for with a refund that has waited."""
    told: dict[str, Any] = ctx.hidden(refund)[_WISH]
    return Wish(
        amount=refund.money,
        reason=refund.reason,
        metadata=refund.metadata,
        instructions_email=refund.instructions_email or None,
        **told,
    )


def ended(ctx: Context, refund: Refund, status: RefundStatus, reason: str | None) -> Refund:
    """End a refund for which nothing has moved."""
    return announced(
        ctx,
        refund,
        failure_reason=reason or UNSET,
        pending_reason=UNSET,
        status=status,
    )


def _check(charge: Charge, wish: Wish) -> None:
    """Refuse what could not be done when the payment has come."""
    if wish.refund_application_fee and not charge.application_fee_amount:
        raise InvalidRequest(
            f"{charge.id} has no application fee: leave `refund_application_fee` out.",
            param="refund_application_fee",
        )
    if wish.reverse_transfer and charge.transfer_data is None:
        raise InvalidRequest(
            f"{charge.id} moves on to no other account: leave `reverse_transfer` out.",
            param="reverse_transfer",
        )
