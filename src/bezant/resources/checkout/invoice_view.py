"""What the page of an invoice shows: what is owed, for what, and the form to pay it by."""

from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from bezant.api.context import Context
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money
from bezant.resources.billing.collecting import intent_of_invoice
from bezant.resources.billing.invoice import Invoice, InvoiceLine, lines_of
from bezant.resources.billing.invoice_outcome import COLLECTABLE
from bezant.resources.checkout import page_html as html
from bezant.resources.checkout.page_end_html import Told, message
from bezant.resources.checkout.page_fields import Asked
from bezant.resources.checkout.page_form import payment_sections
from bezant.resources.checkout.page_view import Scene, Shown
from bezant.resources.checkout.page_ways import WAYS
from bezant.resources.payments.confirming import asks_cardholder, merchant
from bezant.resources.payments.payment_intent import PaymentIntent

_STANDS = {
    "paid": "Thank you. This invoice is paid.",
    "void": "This invoice is not owed any more. There is nothing to pay.",
}
_UNDER_WAY = "Thank you. Your payment is under way: your bank account is debited in the next days."
_BALANCE = "Credit", "Owed from before"


class Seen(NamedTuple):
    """The page, and where whoever pays goes on from here, if they do."""

    page: str
    onward: str | None = None


async def view(ctx: Context, name: str, scene: Scene, shown: Shown) -> Seen:
    """Return what is to be seen of an invoice that is not a draft."""
    invoice = await ctx.load(Invoice, name)
    seller = (await merchant(ctx, invoice.on_behalf_of)).shown_name or "the shop"
    if invoice.status not in COLLECTABLE:
        return Seen(_told(invoice, seller, _STANDS[invoice.status]))
    intent = await intent_of_invoice(ctx, invoice)
    if intent.status == "succeeded":
        return Seen(_told(invoice, seller, _STANDS["paid"]))
    if intent.status == "processing":
        return Seen(_told(invoice, seller, _UNDER_WAY))
    scene = scene._replace(hidden={**scene.hidden, "attempt": attempt_of(invoice)})
    page = html.page(
        await _offer(ctx, invoice, seller, kind_of(intent, shown.kind)),
        _form(invoice, intent, seller, scene, shown),
    )
    return Seen(page, _onward(ctx, intent))


def attempt_of(invoice: Invoice) -> str:
    """Return the number of the attempt that a form is for, so that it is made once."""
    return str(invoice.attempt_count)


def kinds_of(intent: PaymentIntent) -> list[str]:
    """Return the ways to pay an invoice on its page."""
    return [kind for kind in intent.payment_method_types if kind in WAYS]


def kind_of(intent: PaymentIntent, asked: str | None) -> str:
    """Return the way to pay that is asked for, or the first."""
    kinds = kinds_of(intent)
    return asked if asked is not None and asked in kinds else kinds[0]


def fields_of(kind: str) -> list[Asked]:
    """Return all fields that the form asks for."""
    return [asked for part in payment_sections(kind) for row in part.rows for asked in row]


def _form(
    invoice: Invoice, intent: PaymentIntent, seller: str, scene: Scene, shown: Shown
) -> html.Form:
    kind = kind_of(intent, shown.kind)
    way = WAYS[kind]
    told = {"merchant": seller, "total": format_amount(invoice.money)}
    agrees = way.agrees
    if invoice.subscription is not None and way.later:
        agrees = f"{way.agrees_later} This payment of {{total}} is the first."
    error = intent.last_payment_error or {}
    return html.Form(
        hidden={**scene.hidden, "method": kind},
        parts=payment_sections(kind),
        ways=[
            (f"{scene.path}?{urlencode({'method': each})}", WAYS[each].title, each == kind)
            for each in kinds_of(intent)
        ],
        known=invoice.customer_email,
        agrees=agrees.format(**told),
        after=way.after.format(**told),
        test="" if invoice.livemode else way.test,
        typed=shown.typed,
        wrong=shown.wrong,
        problem=shown.problem or ("" if shown.wrong else error.get("message", "")),
    )


async def _offer(ctx: Context, invoice: Invoice, seller: str, kind: str) -> html.Offer:
    total = format_amount(invoice.money)
    lines = [_line(line) for line in await lines_of(ctx, invoice)]
    off = invoice.total - invoice.subtotal
    if off:
        lines.append(html.Line("Discounts", 1, "", _words(off, invoice.currency)))
    before = invoice.amount_due - invoice.total
    if before:
        lines.append(html.Line(_BALANCE[before > 0], 1, "", _words(before, invoice.currency)))
    due = ""
    if invoice.due_date is not None:
        due = f"Please pay by {_day(invoice.due_date)}."
    words = " ".join(text for text in (due, invoice.description, invoice.footer) if text)
    return html.Offer(
        merchant=seller,
        livemode=invoice.livemode,
        heading=f"Invoice {invoice.number}: {total}",
        button=WAYS[kind].button or f"Pay {total}",
        lines=lines,
        total=total,
        words=words,
    )


def _line(line: InvoiceLine) -> html.Line:
    each = Money(line.amount // line.quantity, line.currency) if line.quantity else None
    exact = each is not None and each.amount * (line.quantity or 0) == line.amount
    return html.Line(
        line.description or "Item",
        line.quantity or 0,
        format_amount(each) if each is not None and exact else "",
        _words(line.amount, line.currency),
    )


def _onward(ctx: Context, intent: PaymentIntent) -> str | None:
    """Return where an intent that waits for whoever pays leads them."""
    if intent.status != "requires_action":
        return None
    if asks_cardholder(intent):
        return (intent.next_action or {}).get("redirect_to_url", {}).get("url")
    return f"{ctx.runtime.config.public_url}/pay/{ctx.account}/{intent.client_secret}"


def _told(invoice: Invoice, seller: str, text: str) -> str:
    facts = {
        "Invoice": invoice.number or "",
        "Amount": _words(invoice.amount_due, invoice.currency),
    }
    title = f"Invoice {invoice.number}"
    return message(
        Told(title=title, text=text, merchant=seller, livemode=invoice.livemode, facts=facts)
    )


def _day(seconds: int) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.day} {moment:%B %Y}"


def _words(amount: int, currency: str) -> str:
    return format_amount(Money(amount, currency))
