"""What the checkout page shows of a session, as it stands, and where it leads on to."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money
from bezant.resources.checkout import page_html as html
from bezant.resources.checkout.line_item import LineItem, items_under
from bezant.resources.checkout.outcome import Intent, intent_of_session, kept_of
from bezant.resources.checkout.page_form import kind_of
from bezant.resources.checkout.payment_link import HostedConfirmation, PaymentLink, is_over
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.payments.confirming import merchant
from bezant.resources.payments.payment_intent import PaymentIntent

_VERBS = {"book": "Book", "donate": "Donate"}
_UNPROVEN = "Your bank could not confirm that it was you. Try again, or use another card."
_SESSION_ID = "{CHECKOUT_SESSION_ID}"


class Shown(Struct, frozen=True):
    """What is shown of an attempt: what was typed in, and what is wrong with it."""

    typed: Mapping[str, str] = {}
    wrong: Mapping[str, str] = {}
    problem: str = ""
    kind: str | None = None


NOTHING_SHOWN = Shown()


class Seen(NamedTuple):
    """The page, where its form leads on to, and the page that leaves for the shop if it is over."""

    page: str
    onward: str | None = None
    leaving: str | None = None


async def view(ctx: Context, name: str, path: str, shown: Shown, token: str) -> Seen:
    """Return what is to be seen of a session at a path; the token goes into the form."""
    session = await ctx.load(CheckoutSession, name)
    link = None
    if session.payment_link is not None:
        link = await ctx.load(PaymentLink, session.payment_link)
    seller = await _merchant(ctx, session)
    if session.status == "complete":
        return _complete(session, link, seller, path)
    if session.status == "expired" or session.expires_at <= unix_seconds(ctx.now()):
        text = "Nobody can pay here any more, and nothing has been charged."
        return _ended("This page has expired", text, session, seller)
    if link is not None and is_over(link):
        text = link.inactive_message or "Nobody can pay here any more."
        return _ended("This offer is over", text, session, seller)
    return await _open(ctx, session, seller, shown, token)


async def _open(
    ctx: Context, session: CheckoutSession, seller: str, shown: Shown, token: str
) -> Seen:
    intent = await intent_of_session(ctx, session)
    problem = shown.problem
    if not problem and not shown.wrong:
        problem = _last_problem(intent)
    form = html.Form(
        token=token,
        attempt=kept_of(ctx, session).attempts,
        kind=kind_of(session, shown.kind),
        kinds=session.payment_method_types,
        email=session.email,
        phone=session.phone_number_collection.enabled,
        address=session.billing_address_collection == "required",
        typed=shown.typed,
        wrong=shown.wrong,
        problem=problem,
    )
    items = await items_under(ctx, session.id)
    return Seen(html.page(_offer(session, items, seller), form), onward=_challenge(intent))


def _offer(session: CheckoutSession, items: list[LineItem], seller: str) -> html.Offer:
    submit = session.custom_text.submit
    common: dict[str, Any] = {
        "merchant": seller,
        "livemode": session.livemode,
        "words": submit.message if submit else "",
        "back": session.cancel_url,
    }
    if session.mode == "setup":
        return html.Offer(heading="Save your card", button="Save card", **common)
    assert session.amount_total is not None, "a payment has a total"
    total = _words(session.amount_total, session.currency or "")
    verb = _VERBS.get(session.submit_type or "", "Pay")
    return html.Offer(
        heading=total,
        button=f"{verb} {total}",
        lines=[_line(item) for item in items],
        total=total,
        **common,
    )


def _line(item: LineItem) -> html.Line:
    each = item.price.unit_amount
    return html.Line(
        description=item.description or "",
        quantity=item.quantity,
        each="" if each is None else _words(each, item.currency),
        amount=_words(item.amount_total, item.currency),
    )


def _complete(session: CheckoutSession, link: PaymentLink | None, seller: str, path: str) -> Seen:
    after = link.after_completion.hosted_confirmation if link else None
    words = after.custom_message if isinstance(after, HostedConfirmation) else None
    if session.mode == "setup":
        title = "Your card is saved"
    else:
        title = "Payment complete" if session.payment_status == "paid" else "Order received"
    after_submit = session.custom_text.after_submit
    texts = (words or "Thank you.", after_submit.message if after_submit else "")
    told: dict[str, Any] = {"merchant": seller, "livemode": session.livemode}
    text = " ".join(filter(None, texts))
    if session.success_url is None:
        return Seen(html.message(title, f"{text} You can close this page.", **told), onward=path)
    back = (session.success_url.replace(_SESSION_ID, session.id), f"Back to {seller}")
    return Seen(
        html.message(title, text, link=back, **told),
        onward=f"{path}/return",
        leaving=html.message(title, f"{text} One moment …", link=back, leaves=True, **told),
    )


def _ended(title: str, text: str, session: CheckoutSession, seller: str) -> Seen:
    back = (session.cancel_url, f"Back to {seller}") if session.cancel_url else None
    return Seen(html.message(title, text, merchant=seller, link=back, livemode=session.livemode))


def _last_problem(intent: Intent | None) -> str:
    """Return what went wrong with the last attempt, for whoever pays."""
    if intent is None:
        return ""
    payment = isinstance(intent, PaymentIntent)
    error = (intent.last_payment_error if payment else intent.last_setup_error) or {}
    if error.get("code", "").endswith("_intent_authentication_failure"):
        return _UNPROVEN
    return error.get("message", "")


def _challenge(intent: Intent | None) -> str | None:
    """Return where whoever pays has to prove who they are."""
    action = intent.next_action if intent and intent.status == "requires_action" else None
    return (action or {}).get("redirect_to_url", {}).get("url")


async def _merchant(ctx: Context, session: CheckoutSession) -> str:
    """Return the name of whoever is paid, as its account has it."""
    owner = await merchant(ctx, kept_of(ctx, session).wanted.get("on_behalf_of"))
    shown = owner.settings.get("dashboard", {}).get("display_name")
    return owner.business_profile.get("name") or shown or "the shop"


def _words(amount: int, currency: str) -> str:
    return format_amount(Money(amount, currency))
