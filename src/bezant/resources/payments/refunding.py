"""Refunding: the acquirer is asked, the books follow, and what has moved on may come back.

A request's id is made of the charge and of the call, so that a run again, or a call sent again,
asks the same. The acquirer never gives back more than was captured, whoever asks first.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Literal

from msgspec import UNSET, Struct
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.flows import bank_payment as bank_flow
from bezant.flows import conversion
from bezant.flows import refund as flow
from bezant.flows.charge import Purse
from bezant.kernel.errors import ApiError, CardError, InvalidRequest
from bezant.kernel.money import Money
from bezant.rail.cards import About, CardAnswer, CardRequest, reference_of
from bezant.resources.core.application_fee import ApplicationFee
from bezant.resources.core.balance_transactions import BalanceTransaction, FeeDetail, record
from bezant.resources.core.card import declined
from bezant.resources.core.fee_plans import plans_of
from bezant.resources.core.owners import is_gone
from bezant.resources.payments import card
from bezant.resources.payments.ask_card import captures_of
from bezant.resources.payments.asking import ask_now, check_key, may_have_asked
from bezant.resources.payments.capturing import FEES, authorization_of
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.concerns import money_gone
from bezant.resources.payments.dispute import Dispute, taken_of
from bezant.resources.payments.fee_refund import give_back_fee, share_of_fee
from bezant.resources.payments.fraud_report import reported
from bezant.resources.payments.refund import Refund, RefundReason, announced
from bezant.resources.payments.refund_references import PARTS, REFERENCES, refund_under
from bezant.resources.payments.reserve import SourceTransaction, draw_on
from bezant.resources.payments.settled import Settled, settled_of
from bezant.resources.payments.settling import RATE, TRANSFERS, bills_in
from bezant.resources.payments.transfer import Transfer, take_back

REFUNDED = "refunded"
"""Where a charge's hidden part has what was given back of each capture, in minor units."""
CONVERTED = "converted"
"""Where a charge's hidden part has what its refunds came to in the currency of its account."""
WORTH, UNTIL, CURRENCY = "worth", "until", "currency"
"""Where a refund's hidden part has what it came to, in minor units of the account's currency, until
when it is pending (Unix seconds), and that currency, if the payment was converted."""


class Wish(Struct, frozen=True, kw_only=True):
    """What is to be given back, and what is said about it."""

    amount: Money
    reason: RefundReason | None = None
    metadata: dict[str, str]
    reverse_transfer: bool = False
    refund_application_fee: bool = False
    instructions_email: str | None = None


class Way(Struct, frozen=True, kw_only=True):
    """How a refund goes: over which rail, and what it shows of that.

    `sends` says that the payer's bank is sent the money, instead of being owed so much less.
    `parts` are what came out of each capture, by the acquirer's reference, and `references` those
    of the requests for them. `told` is what else the refund shows; `promised` says that
    it is there already, and has waited.
    """

    rail: str
    sends: bool = False
    pending: bool = False
    kind: Literal["refund", "payment_refund"] = "payment_refund"
    destination: dict[str, Any]
    parts: dict[str, Any] = {}
    references: list[str] = []
    told: dict[str, Any] = {}
    promised: bool = False


async def refund_charge(ctx: Context, charge: Charge, wish: Wish) -> Refund:
    """Give back all or a part of a payment by card."""
    await check_key(ctx)
    known = await _known(ctx, charge, wish.amount)
    if known is not None:
        return known
    answers = await _ask(ctx, charge, wish.amount)
    way = Way(
        rail=card.RAIL,
        pending=any(answer.pending for _, answer in answers),
        kind="refund",
        destination=destination(
            called_by(answers[0][1]), known=bool(answers[0][1].acquirer_reference)
        ),
        parts={
            called_by(answer): [request.original, request.amount.amount]
            for request, answer in answers
        },
        references=[reference_of(request.id) for request, _ in answers],
    )
    return await give_back(ctx, charge, wish, ctx.new_id("re"), way)


async def give_back(ctx: Context, charge: Charge, wish: Wish, name: str, way: Way) -> Refund:
    """Store a refund, and write down what goes back with it."""
    charge = ctx.current(charge)
    before = await settled_of(ctx, charge)
    transaction = _posted(ctx, charge, wish.amount, name, before, way)
    taken = Money(-transaction.amount, transaction.currency)
    source = SourceTransaction(refund=name, type="refund")
    await draw_on(ctx, charge, taken, source, book=ctx.book)
    refunded = charge.amount_refunded + wish.amount.amount
    total = charge.captured and refunded == charge.amount_captured
    fraud = wish.reason == "fraudulent"
    changed = ctx.save(charge, amount_refunded=refunded, refunded=total)
    if fraud:
        changed = await reported(ctx, changed)
    reversal = None
    if wish.refund_application_fee:
        await _refund_fee(ctx, changed, wish.amount)
    if wish.reverse_transfer:
        reversal = await _reverse(ctx, changed, wish.amount, name)
    ctx.emit("charge.refunded", changed)
    if total:
        await money_gone(ctx, ctx.current(changed), "refunded_as_fraud" if fraud else "refunded")
        await _inquiries_end(ctx, changed)
    told: dict[str, Any] = {
        "balance_transaction": transaction.id,
        "destination_details": way.destination,
        "pending_reason": "processing" if way.pending else UNSET,
        "status": "pending" if way.pending else "succeeded",
        "transfer_reversal": reversal,
    }
    made = replace(plain(charge, wish, name), **(told | way.told))
    pending = before.until if before.status == "pending" else None
    kept: dict[str, Any] = {WORTH: -transaction.amount, UNTIL: pending, PARTS: way.parts}
    if way.references:
        kept[REFERENCES] = way.references
    if transaction.currency != charge.currency:
        kept[CURRENCY] = transaction.currency
    if way.promised:
        return announced(ctx, made, hidden=kept)
    return ctx.create(made, event="refund.created", hidden=kept)


def plain(charge: Charge, wish: Wish, name: str) -> Refund:
    """Return a refund as it is whatever way it goes."""
    return Refund(
        id=name,
        amount=wish.amount.amount,
        balance_transaction=None,
        charge=charge.id,
        created=created_of(name),
        currency=charge.currency,
        customer=charge.customer,
        instructions_email=wish.instructions_email or UNSET,
        metadata=wish.metadata,
        payment_intent=charge.payment_intent,
        payment_method=charge.payment_method,
        reason=wish.reason,
        status="pending",
    )


async def check_shared(ctx: Context, charge: Charge, wish: Wish) -> None:
    """Refuse to give back what others do not have, before the payer is sent anything."""
    if charge.transfer_data is not None and await is_gone(ctx, charge.transfer_data.destination):
        for name in ("refund_application_fee", "reverse_transfer"):
            if getattr(wish, name):
                raise InvalidRequest(
                    f"{charge.transfer_data.destination} has been deleted: leave `{name}` out.",
                    param=name,
                )
    if wish.refund_application_fee and charge.application_fee is None:
        raise InvalidRequest(
            f"{charge.id} has no application fee: leave `refund_application_fee` out.",
            param="refund_application_fee",
        )
    if not wish.reverse_transfer:
        return
    if charge.transfer is UNSET:
        raise InvalidRequest(
            f"{charge.id} has moved on to no other account: leave `reverse_transfer` out.",
            param="reverse_transfer",
        )
    transfers = await _transfers(ctx, charge)
    if any(each.left for each in transfers):
        return
    if ctx.outside:  # An earlier run has paid the payer: what could come back has come meanwhile.
        return
    if charge.id.startswith("ch_"):  # Somebody may have reversed it since an earlier run.
        disown(ctx, charge, wish.amount)
    raise InvalidRequest(
        f"Transfer {transfers[-1].id} has already been reversed in full: leave `reverse_transfer` "
        "out.",
        code="transfer_already_reversed",
        param="reverse_transfer",
    )


def disown(ctx: Context, charge: Charge, amount: Money) -> None:
    """Have called back what this very call may have asked for before it was cut off.

    A dispute or a reversal came between; without this the payer would get the money twice, or
    without our knowing. A call without a key is never sent again.
    """
    if ctx.caller.idempotency_key is None:
        return
    for _, request in _parts(ctx, charge, amount):
        may_have_asked(ctx, request)


async def _known(ctx: Context, charge: Charge, amount: Money) -> Refund | None:
    """Return the refund that this very call has been, if it was cut off and written down since."""
    if not charge.amount_refunded:
        return None
    asked = [reference_of(request.id) for _, request in _parts(ctx, charge, amount)]
    return await refund_under(ctx, charge, asked)


async def _ask(ctx: Context, charge: Charge, amount: Money) -> list[tuple[CardRequest, CardAnswer]]:
    """Ask for the money capture by capture, the earliest first."""
    acquirer = card.acquirer_of(ctx)
    given: dict[str, int] = dict(ctx.hidden(charge).get(REFUNDED, {}))
    answers: list[tuple[CardRequest, CardAnswer]] = []
    parts = _parts(ctx, charge, amount)
    for capture, request in parts:
        await acquirer.ask(capture)  # It may not have been asked for the capture yet.
        answer = await ask_now(ctx, request)
        if not answer.approved:  # What was approved before is called back with the error.
            raise _refused(answer, charge)
        answers.append((request, answer))
        given[capture.id] = given.get(capture.id, 0) + request.amount.amount
    asked = sum(request.amount.amount for _, request in parts)
    assert asked == amount.amount, f"{charge.id} has as much left as was asked for"
    ctx.save(charge, hidden=ctx.hidden(charge) | {REFUNDED: given})
    return answers


def _parts(ctx: Context, charge: Charge, amount: Money) -> list[tuple[CardRequest, CardRequest]]:
    """Return captures, and what is to be given back of each, the earliest first."""
    authorization = authorization_of(ctx, charge)
    call = ctx.caller.idempotency_key or ctx.caller.request
    given: dict[str, int] = ctx.hidden(charge).get(REFUNDED, {})
    parts: list[tuple[CardRequest, CardRequest]] = []
    left = amount.amount
    for capture in captures_of(ctx, charge):
        part = min(left, capture.amount.amount - given.get(capture.id, 0))
        if part <= 0:
            continue
        request = CardRequest(
            id=f"{capture.id}/refund/{call}/{part}",
            act="refund",
            amount=Money(part, amount.currency),
            card=authorization.card,
            merchant=authorization.merchant,
            livemode=ctx.livemode,
            original=capture.id,
            about=About(ctx.caller.platform, ctx.account, charge.id),
        )
        parts.append((capture, request))
        left -= part
    return parts


async def _inquiries_end(ctx: Context, charge: Charge) -> None:
    """Note with the inquiries about a payment that all of it has gone back."""
    asked = [name for name, taken in taken_of(ctx, charge).items() if not taken]
    for dispute in (await ctx.load_many(Dispute, asked)).values():
        if dispute.is_charge_refundable:
            ctx.save(dispute, is_charge_refundable=False, event="charge.dispute.updated")


def _refused(answer: CardAnswer, charge: Charge) -> ApiError:
    if answer.decline_code == "invalid_amount":  # Another call was faster.
        return InvalidRequest(
            f"More of {charge.id} is being given back just now than is left of it: look at its "
            "refunds, and send a smaller amount.",
            code="amount_too_large",
            param="amount",
        )
    error = declined(answer, charge=charge.id)
    return CardError(
        "The refund was refused by the network. Try again later, or pay the customer back "
        "another way.",
        code=error.code,
        extra=error.extra,
    )


def called_by(answer: CardAnswer) -> str:
    """Return what the acquirer calls a refund, or what it can be found by until then."""
    return answer.acquirer_reference or reference_of(answer.network_transaction_id)


def destination(called: str, *, known: bool = True) -> dict[str, Any]:
    """Return what a refund by card shows of where it has gone; `known` is that banks call it so."""
    shown = {
        "reference": called,
        "reference_status": "available" if known else "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    return {"card": shown, "type": "card"}


def _posted(
    ctx: Context,
    charge: Charge,
    amount: Money,
    name: str,
    before: Settled,
    way: Way,
) -> BalanceTransaction:
    """Write down what goes back, out of the purse that the payment is in."""
    purse: Purse = before.status
    worth = amount
    rate = ctx.hidden(charge).get(RATE)
    if rate is None:
        begin = bank_flow.refund_begun if way.sends else flow.given_back
        ctx.post(begin(amount, book=ctx.book, rail=way.rail, purse=purse), source=name)
    else:
        worth = _worth(ctx, charge, amount, before)
        convert = conversion.sent_back if way.sends else conversion.given_back
        for entry in convert(
            amount, worth, book=ctx.book, rail=way.rail, purse=purse, house=ctx.house
        ):
            ctx.post(entry, source=name)
    fees = _fees_back(ctx, charge, amount, name, before, purse)
    made = record(
        ctx,
        way.kind,
        -worth,
        source=name,
        description=f"REFUND FOR CHARGE ({charge.description})" if charge.description else None,
        pending_until=before.until if before.status == "pending" else None,
        fees=fees,
    )
    return made if rate is None else ctx.save(made, exchange_rate=before.exchange_rate)


def _worth(ctx: Context, charge: Charge, amount: Money, before: Settled) -> Money:
    """Return what a refund comes to in the account's currency; all refunds come to the payment."""
    so_far: int = ctx.hidden(charge).get(CONVERTED, 0)
    refunded = charge.amount_refunded + amount.amount
    whole = before.total.amount * refunded // charge.amount_captured
    ctx.save(charge, hidden=ctx.hidden(charge) | {CONVERTED: whole})
    return Money(whole - so_far, before.total.currency)


def _fees_back(
    ctx: Context,
    charge: Charge,
    amount: Money,
    name: str,
    before: Settled,
    purse: Purse,
) -> list[FeeDetail]:
    """Give back a share of the fees, if the account's plan does so."""
    if not plans_of(ctx.runtime).of(charge.on_behalf_of or ctx.account).returned_with_refunds:
        return []
    _credit_platform(ctx, charge, amount, name, before)
    fees: list[FeeDetail] = []
    shares = _of_captures(ctx, charge, amount, len(before.parts))
    for part, (first, last, whole) in zip(before.parts, shares, strict=True):
        for each in part.fee_details:
            share = each.amount * last // whole - each.amount * first // whole
            if share and each.type != "application_fee":
                entry = flow.fee_returned(Money(share, each.currency), book=ctx.book, purse=purse)
                ctx.post(entry, source=name)
                fees.append(FeeDetail(-share, None, each.currency, each.description, each.type))
    return fees


def _of_captures(
    ctx: Context, charge: Charge, amount: Money, count: int
) -> list[tuple[int, int, int]]:
    """Return how much of each capture has gone back before a refund and after it, and of how much.

    If one thing is known of all captures, they count as one.
    """
    wholes = [charge.amount_captured]
    if count > 1:
        wholes = [capture.amount.amount for capture in captures_of(ctx, charge)]
    refunded = charge.amount_refunded
    return [
        (_within(start, whole, refunded), _within(start, whole, refunded + amount.amount), whole)
        for start, whole in zip(accumulate(wholes, initial=0), wholes, strict=False)
    ]


def _within(start: int, whole: int, refunded: int) -> int:
    """Return how much of a capture has gone back; captures go back one by one, the first first."""
    return min(max(refunded - start, 0), whole)


def _credit_platform(
    ctx: Context, charge: Charge, amount: Money, name: str, before: Settled
) -> None:
    """Give the platform a share of the fees back that it has paid for its account's payment."""
    bills = bills_in(ctx.hidden(charge))
    shares = _of_captures(ctx, charge, amount, len(bills)) if bills else []
    share = sum(
        bill * last // whole - bill * first // whole
        for bill, (first, last, whole) in zip(bills, shares, strict=True)
    )
    if not share:
        return
    book, money = ctx.platform_book, Money(share, before.total.currency)
    ctx.post(flow.fee_returned(money, book=book, purse=before.status), source=name)
    text = f"Fees of {charge.id} of {ctx.account}"
    record(
        ctx,
        "stripe_fee",
        money,
        source=None,
        book=book,
        description=text,
        pending_until=before.until if before.status == "pending" else None,
    )


async def _transfers(ctx: Context, charge: Charge) -> list[Transfer]:
    """Return by what transfers a payment has gone on by itself."""
    names = ctx.hidden(charge).get(TRANSFERS) or [str(charge.transfer)]
    return [await ctx.load(Transfer, name) for name in names]


async def _reverse(ctx: Context, charge: Charge, amount: Money, refund: str) -> str | None:
    """Take back the refund's share of what has moved on, as far as it comes to anything."""
    transfers = await _transfers(ctx, charge)
    share = _share(sum(each.amount for each in transfers), charge, amount.amount)
    reversals: list[str] = []
    for transfer in transfers:
        part = min(Money(share, transfer.currency), transfer.left)
        if part:
            made = await take_back(ctx, transfer, part, source_refund=refund, force="refund")
            reversals.append(made.id)
            share -= part.amount
    return reversals[0] if reversals else None


async def _refund_fee(ctx: Context, charge: Charge, amount: Money) -> None:
    """Give back the refund's share of the platform's fees; captures go back the earliest first."""
    assert charge.application_fee is not None, "there is a fee to give back"
    only = (charge.application_fee, 0, charge.amount_captured)
    taken: Sequence[tuple[str, int, int]] = ctx.hidden(charge).get(FEES) or [only]
    refunded = charge.amount_refunded
    for name, start, whole in taken:
        before = _within(start, whole, refunded - amount.amount)
        if part := _within(start, whole, refunded) - before:
            fee = await ctx.load(ApplicationFee, name, book=ctx.platform_book)
            if share := share_of_fee(fee, whole, before, part):
                await give_back_fee(ctx, fee, share, {}, force="refund")


def _share(whole: int, charge: Charge, amount: int) -> int:
    """Return the share that falls on the latest refund; all shares come to the whole."""
    captured, refunded = charge.amount_captured, charge.amount_refunded
    return whole * refunded // captured - whole * (refunded - amount) // captured
