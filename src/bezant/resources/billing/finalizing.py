"""Finalizing: a draft becomes what the customer owes, with its number, and can be paid.

What the customer has to its credit pays first, and what it owes besides is added. Nothing due is
paid at once; for the rest there is one payment intent, whatever tries to pay it.
"""

from datetime import timedelta
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.resource import Identified
from bezant.kernel.codec import base62, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.drawing import moment, of_customer
from bezant.resources.billing.invoice import (
    PAGE,
    ConfirmationSecret,
    CustomerTaxId,
    Invoice,
    keep,
    kept_of,
)
from bezant.resources.billing.invoice_outcome import collect_later, paid, retries
from bezant.resources.billing.invoice_payment import InvoicePayment, PaidBy
from bezant.resources.billing.reckoning import Due, due, fee_of
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_balance import BalanceChange, change_balance
from bezant.resources.core.later import later
from bezant.resources.core.tax_id import TaxId
from bezant.resources.payments import intent_changes as changes
from bezant.resources.payments.asking import FENCE, burnt
from bezant.resources.payments.following import INVOICE
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.payment_intent_params import (
    AutomaticMethods,
    CreatePaymentIntent,
    TransferDataParams,
)
from bezant.store.feed import BOOK_DIGITS
from bezant.store.objects import Page

OVERDUE_JOB = "billing.invoice_overdue"
_MOST_TAX_IDS = 5


class NumberHolder(Identified, tag="invoice_number"):
    """Which invoice has a number, so that no two have it."""

    invoice: str


async def finalize(ctx: Context, invoice: Invoice, *, owed: bool = True) -> Invoice:
    """Let a draft be owed; it is paid at once if nothing is due.

    One that is not to be `owed` is voided next: it leaves the customer's balance as it is.

    Raises InvalidRequest for one without lines, and for what can't be charged.
    """
    assert invoice.status == "draft", "only drafts are finalized"
    if not kept_of(ctx, invoice).lines:
        raise InvalidRequest(
            f"The invoice {invoice.id} says nothing that is owed: add lines first, with POST "
            "/v1/invoiceitems and its id as `invoice`.",
            code="invoice_no_customer_line_items",
        )
    customer = await customer_of(ctx, invoice)
    if customer is None:
        raise InvalidRequest(
            f"The customer {invoice.customer} was deleted, so nobody owes this invoice: delete it.",
            code="resource_missing",
        )
    customer = ctx.current(customer)
    if not owed:
        invoice = await _numbered(ctx, invoice, customer, max(0, invoice.total), customer.balance)
        ctx.emit("invoice.finalized", invoice)
        return invoice
    result = due(Money(invoice.total, invoice.currency), customer.balance)
    invoice = await _numbered(ctx, invoice, customer, result.amount, result.balance)
    _settle(ctx, invoice, customer, result)
    if not result.amount:
        ctx.emit("invoice.finalized", invoice)
        return await paid(ctx, invoice, customer)
    intent = await _intent(ctx, invoice)
    invoice = _payable(ctx, invoice, intent)
    ctx.emit("invoice.finalized", invoice)
    return invoice


def _settle(ctx: Context, invoice: Invoice, customer: Customer, result: Due) -> None:
    """Settle the customer's balance with an invoice: what it had to its credit is used first."""
    rest = result.balance - customer.balance
    used = min(rest, max(-customer.balance, 0)) if result.too_small else rest
    changes: dict[BalanceChange, int] = {
        "applied_to_invoice": used,
        "invoice_too_small": rest - used,
    }
    for kind, amount in changes.items():
        if amount:
            change_balance(ctx, ctx.current(customer), amount, invoice.currency,
                           kind=kind, invoice=invoice.id)  # fmt: skip


async def customer_of(ctx: Context, invoice: Invoice) -> Customer | None:
    """Return the customer of an invoice as it is now; None if it was deleted."""
    return ctx.made(Customer, invoice.customer) or await ctx.find(Customer, invoice.customer)


async def _numbered(
    ctx: Context, invoice: Invoice, customer: Customer, amount: int, balance: int
) -> Invoice:
    """Give an invoice its number, and keep on it what its customer is like at this moment."""
    number = await _number(ctx, invoice, customer)
    bodies, _ = await ctx.page(TaxId, Page(limit=_MOST_TAX_IDS, filters={"parent": customer.id}))
    tax_ids = [msgspec.json.decode(body, type=TaxId) for body in bodies]
    now, kept = ctx.now(), kept_of(ctx, invoice)
    due_date = invoice.due_date
    if kept.days_until_due is not None:
        due_date = unix_seconds(now + timedelta(days=kept.days_until_due))
    secret = "".join(ctx.runtime.ids.request_id().removeprefix("req_") for _ in range(2))
    kept = replace(kept, account=ctx.account, platform=ctx.caller.platform, secret=secret)
    place = base62(ctx.book.id, BOOK_DIGITS) + invoice.id.rpartition("_")[2]
    return keep(
        ctx,
        invoice,
        kept,
        amount_due=amount,
        amount_remaining=amount,
        automatically_finalizes_at=None,
        due_date=due_date,
        effective_at=invoice.effective_at or unix_seconds(now),
        ending_balance=balance,
        hosted_invoice_url=f"{ctx.runtime.config.public_url}{PAGE}/{place}{secret}",
        last_finalization_error=None,
        next_payment_attempt=None,
        number=number,
        status="open",
        status_transitions=replace(invoice.status_transitions, finalized_at=unix_seconds(now)),
        customer_tax_ids=tuple(CustomerTaxId(each.type, each.value) for each in tax_ids),
        **of_customer(customer),
    )


async def _number(ctx: Context, invoice: Invoice, customer: Customer) -> str:
    """Return the number of an invoice, which no other has: its own, or the customer's next.

    Numbers have no gaps: one that somebody has given it takes none of the customer's.
    """
    number, sequence = invoice.number, customer.next_invoice_sequence
    advice = f"send another `number` to POST /v1/invoices/{invoice.id}"
    if number is None:
        number = f"{customer.invoice_prefix}-{sequence:04}"
        advice = f"change `next_invoice_sequence` or `invoice_prefix` of {customer.id}"
        ctx.save(customer, next_invoice_sequence=sequence + 1)
    name = f"invno_{blake2b(number.encode(), digest_size=16).hexdigest()}"
    holder = await ctx.find(NumberHolder, name)
    if holder is not None and not await _is_behind(ctx, customer):
        raise InvalidRequest(
            f"The invoice {holder.invoice} has the number {number} already: {advice}.",
            code="resource_already_exists",
            param=None if invoice.number is None else "number",
        )
    ctx.create(NumberHolder(id=name, invoice=invoice.id))
    return number


async def _is_behind(ctx: Context, customer: Customer) -> bool:
    """Tell whether another invoice of a customer was given a number since that was read.

    Then nothing of this is accepted, and it runs again.
    """
    known = await ctx.fresh().find(Customer, customer.id)
    return known is not None and known.next_invoice_sequence > customer.next_invoice_sequence


async def _intent(ctx: Context, invoice: Invoice) -> PaymentIntent:
    """Make the payment intent of an invoice: one, for all that is due."""
    kept = kept_of(ctx, invoice)
    fee = fee_of(invoice.amount_due, kept.application_fee_percent, kept.application_fee_amount)
    named = invoice.payment_settings.payment_method_types
    transfer = None
    if kept.destination is not None:
        transfer = TransferDataParams(amount=kept.part, destination=kept.destination)
    params = CreatePaymentIntent(
        amount=invoice.amount_due,
        application_fee_amount=fee,
        automatic_payment_methods=None if named else AutomaticMethods(enabled=True),
        currency=invoice.currency,
        customer=invoice.customer,
        description=invoice.description or f"Invoice {invoice.number}",
        on_behalf_of=invoice.on_behalf_of,
        payment_method_types=list(named) if named else None,
        setup_future_usage="off_session" if invoice.subscription else None,
        statement_descriptor=invoice.statement_descriptor,
        transfer_data=transfer,
    )
    intent = await changes.intent_of(ctx, params, None)
    hidden = {"base": f"{kept.base}{burnt(ctx.hidden(invoice))}", INVOICE: invoice.id}
    if ctx.is_stored(invoice):
        hidden[FENCE] = invoice.id
    return ctx.create(intent, event="payment_intent.created", hidden=hidden)


def paid_by(
    ctx: Context, invoice: Invoice, intent: PaymentIntent, *, is_default: bool = True
) -> Invoice:
    """Note which payment is to pay an invoice, or has paid it."""
    name = ctx.new_id("inpay")
    ctx.create(
        InvoicePayment(
            id=name,
            amount_requested=invoice.amount_due,
            created=created_of(name),
            currency=invoice.currency,
            invoice=invoice.id,
            is_default=is_default,
            livemode=ctx.livemode,
            payment=PaidBy(intent.id),
        )
    )
    return keep(ctx, invoice, replace(kept_of(ctx, invoice), intent=intent.id, payment=name))


def _payable(ctx: Context, invoice: Invoice, intent: PaymentIntent) -> Invoice:
    """Let an invoice be paid by its intent, and see to it that it is, or that it is late."""
    invoice = paid_by(ctx, invoice, intent)
    told: dict[str, Any] = {"confirmation_secret": ConfirmationSecret(intent.client_secret)}
    if retries(ctx, invoice):
        told["next_payment_attempt"] = collect_later(ctx, invoice, ctx.now())
    if invoice.due_date is not None:
        at = moment(invoice.due_date)
        later(ctx, OVERDUE_JOB, invoice.id, ctx.book, ctx.caller.platform, at=at)
    return keep(ctx, invoice, kept_of(ctx, invoice), **told)
