"""Returning: refunds of bank transfers go to the customer's bank, out of its cash balance or not.

They go to the account that the money came from, if that is known as the only one. Else the
customer is asked by e-mail, and tells an account on a page. What a bank sends back waits for
another account; meanwhile the money stands on an account of its own.
"""

from datetime import timedelta
from typing import Any

from msgspec import UNSET, Struct

from bezant.api.context import Context, Hidden
from bezant.flows import cash_balance as flow
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.book import Book
from bezant.movement import instruct
from bezant.movement.movement import Movement
from bezant.movement.order import Order, order_of
from bezant.rail import Party
from bezant.resources.core.customer import Customer
from bezant.resources.core.later import later
from bezant.resources.core.mailer import can_write
from bezant.resources.payments.cash_instructions import TYPES
from bezant.resources.payments.refund import Refund, announced

EXPIRE_JOB = "returns.expire"
GIVE_UP_JOB = "returns.give_up"
TELL_JOB = "returns.write"
ANSWERED_WITHIN = timedelta(days=45)
OPENED_BY = "opened_by"
"""Where a return's hidden part has the secret of the page on which an account is told."""
PLATFORM = "platform"
GIVEN_UP = "given_up"
"""Where it says that nobody can be asked for another account."""
SENDERS = "senders"
"""Where a customer's hidden part has, by currency, the movement that says from which account its
money comes; nothing when it comes from several, or from one that is not known."""


class Aim(Struct, frozen=True):
    """Where a return goes: to an account that is known, or wherever the customer says."""

    party: Party | None
    email: str | None


class Begun(Struct, frozen=True):
    """A return that has begun: what the refund shows and hides, and its rail if it is sent."""

    changes: dict[str, Any]
    hidden: Hidden
    rail: str | None = None


async def aim_of(ctx: Context, customer: Customer, currency: str, email: str | None) -> Aim:
    """Return where money of a customer's goes back to."""
    name: str = ctx.hidden(customer).get(SENDERS, {}).get(currency, "")
    party = await _sender(ctx, name) if name else None
    return Aim(party, email or customer.email)


async def note_sender(
    ctx: Context, customer: Customer, currency: str, received: Movement | None
) -> None:
    """Remember from which account money has come, as long as it is always the same one."""
    customer = ctx.current(customer)
    hidden = ctx.hidden(customer)
    known: dict[str, str] = hidden.get(SENDERS, {})
    party = received and sender_of(ctx, received)
    name = received.id if received and party else ""
    if known.get(currency) == "":
        name = ""
    elif party and currency in known:
        before = await _sender(ctx, known[currency])
        name = name if before and before.account == party.account else ""
    if known.get(currency) != name:
        ctx.save(customer, hidden=hidden | {SENDERS: known | {currency: name}})


def is_reachable(ctx: Context, aim: Aim) -> bool:
    """Tell whether money has an account to go to, or somebody can be asked for one."""
    asks = aim.email is not None and can_write(ctx.runtime, livemode=ctx.livemode)
    return aim.party is not None or asks


def begin(ctx: Context, refund: Refund, aim: Aim) -> Begun:
    """Send a refund to the account that is known, or ask for one.

    Raises InvalidRequest when neither can be done. What is sent is yet to be posted.
    """
    hidden: Hidden = {
        OPENED_BY: ctx.new_id(f"{refund.id}_secret"),
        PLATFORM: ctx.caller.platform,
    }
    if aim.party is not None:
        try:
            movement = _send(ctx, refund, aim.party)
        except InvalidRequest:
            if aim.email is None:
                raise
        else:
            return Begun({**_ON_ITS_WAY, "instructions_email": aim.email or UNSET}, hidden,
                         movement.rail)  # fmt: skip
    if aim.email is None:
        raise InvalidRequest(
            "Nobody knows to which bank account the money is to go, and the customer has no email "
            "address at which to ask: send `instructions_email`, or update the customer.",
            code="parameter_missing",
            param="instructions_email",
        )
    if not can_write(ctx.runtime, livemode=ctx.livemode):
        raise InvalidRequest(
            "Nobody knows to which bank account the money is to go, and the customer can't be "
            "asked, for no mail server is set up: set BEZANT_SMTP_URL and BEZANT_MAIL_FROM.",
            code="bank_not_connected",
        )
    return Begun(_asking(ctx, refund, aim.email, ctx.book, ctx.caller.platform), hidden)


def told(ctx: Context, refund: Refund, party: Party) -> Refund:
    """Send a refund to the account that the customer has told; InvalidRequest if no rail can."""
    movement = _send(ctx, refund, party)
    ctx.post(sent(ctx, refund, movement.rail), source=refund.id)
    return announced(ctx, refund, next_action=UNSET, **_ON_ITS_WAY)


def sent(ctx: Context, refund: Refund, rail: str) -> Any:
    """Return the entry of a return that is sent."""
    return flow.return_sent(refund.money, book=ctx.book, rail=rail, refund=refund.id)


def destination_of(currency: str) -> dict[str, Any]:
    """Return what a return shows of where it goes."""
    kind = TYPES[currency]
    return {kind: {"reference": None, "reference_status": "pending"}, "type": kind}


def is_return(ctx: Context, refund: Refund) -> bool:
    """Tell whether a refund's money stands on an account of its own until a bank has it."""
    return OPENED_BY in ctx.hidden(refund)


def dropped(ctx: Context, refund: Refund, movement: Movement) -> None:
    """No bank has carried it out: another account is asked for."""
    entry = flow.return_dropped(
        movement.money, book=movement.book, rail=movement.rail, refund=refund.id
    )
    ctx.post(entry, source=refund.id)
    _ask_again(ctx, refund, movement)


def came_back(ctx: Context, refund: Refund, movement: Movement) -> None:
    """The customer's bank did not take it: another account is asked for."""
    entry = flow.return_came_back(movement.money, book=movement.book, refund=refund.id)
    ctx.post(entry, source=refund.id)
    _ask_again(ctx, refund, movement)


_ON_ITS_WAY: dict[str, Any] = {"pending_reason": "processing", "status": "pending"}


def _ask_again(ctx: Context, refund: Refund, movement: Movement) -> None:
    email, book, platform = refund.instructions_email, movement.book, movement.platform
    if not email or not can_write(ctx.runtime, livemode=ctx.livemode):
        ctx.save(refund, hidden=ctx.hidden(refund) | {GIVEN_UP: True})
        later(ctx, GIVE_UP_JOB, refund.id, book, platform)
        return
    shown = destination_of(refund.currency)
    announced(
        ctx,
        refund,
        destination_details=shown,
        **_asking(ctx, refund, email, book, platform),
    )


def _asking(ctx: Context, refund: Refund, email: str, book: Book, platform: str) -> dict[str, Any]:
    """Ask a customer for an account; returns what the refund shows meanwhile."""
    last = ctx.now() + ANSWERED_WITHIN
    later(ctx, TELL_JOB, refund.id, book, platform)
    later(ctx, EXPIRE_JOB, refund.id, book, platform, at=last)
    details = {
        "email_sent": {"email_sent_at": unix_seconds(ctx.now()), "email_sent_to": email},
        "expires_at": unix_seconds(last),
    }
    return {
        "instructions_email": email,
        "next_action": {"display_details": details, "type": "display_details"},
        "pending_reason": UNSET,
        "status": "requires_action",
    }


def _send(ctx: Context, refund: Refund, party: Party) -> Movement:
    order = Order(to=party, description="REFUND", remittance="REFUND")
    return instruct.send(ctx, refund, refund.money, order)


async def _sender(ctx: Context, name: str) -> Party | None:
    return sender_of(ctx, await ctx.load(Movement, name, book=ctx.house))


def sender_of(ctx: Context, received: Movement) -> Party | None:
    """Return who has sent something, if the bank has told the account."""
    hidden = ctx.hidden(received)
    return order_of(hidden).to if "order" in hidden else None
