"""What the checkout page shows of a session, as it stands, and where it leads on to."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from msgspec import Struct

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money
from bezant.movement.movement import Movement
from bezant.resources.checkout import page_html as html
from bezant.resources.checkout.line_item import LineItem, items_under
from bezant.resources.checkout.link_places import why_over
from bezant.resources.checkout.outcome import Intent, intent_of_session
from bezant.resources.checkout.page_end_html import Code, Told, code, message
from bezant.resources.checkout.page_ended import ended_of, moment_of
from bezant.resources.checkout.page_form import kind_of, sections_of
from bezant.resources.checkout.page_subscribing import goes_on, often_of
from bezant.resources.checkout.page_ways import WAYS
from bezant.resources.checkout.payment_link import PaymentLink
from bezant.resources.checkout.pricing import Priced, price_of
from bezant.resources.checkout.quantities import NOTHING_CHOSEN, Chosen, name_of, query_of
from bezant.resources.checkout.session import CheckoutSession, Kept, kept_of
from bezant.resources.payments.confirming import merchant
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.pushing import EXPECTS, TEXT

_VERBS = {"book": "Book", "donate": "Donate"}
_UNPROVEN = "Your bank could not confirm that it was you. Try again, or use another card."
_CODES = {"pix_display_qr_code": "pix", "upi_handle_redirect_or_display_qr_code": "upi"}
"""What intents ask for by a code on the page, and for which type of payment method."""
_READ = {
    "pix": "Read this code with your bank's app, or copy it there.",
    "upi": "Read this code with any UPI app.",
}
_UPI = "upi://"


class Shown(Struct, frozen=True):
    """What is shown of an attempt: what was typed in or chosen anew, and what is wrong."""

    typed: Mapping[str, str] = {}
    wrong: Mapping[str, str] = {}
    problem: str = ""
    kind: str | None = None
    chosen: Chosen | None = None


NOTHING_SHOWN = Shown()


class Seen(NamedTuple):
    """The page, where its form leads on to, and the page that leaves for the shop if it is over."""

    page: str
    onward: str | None = None
    leaving: str | None = None


class Scene(NamedTuple):
    """Where a page is: its path, what its links keep of the query, and what its form hides.

    `chosen` is what whoever pays has changed.
    """

    path: str
    hidden: Mapping[str, str]
    query: Mapping[str, str] = {}
    chosen: Chosen = NOTHING_CHOSEN


async def view(ctx: Context, name: str, scene: Scene, shown: Shown) -> Seen:
    """Return what is to be seen of a session."""
    session = await ctx.load(CheckoutSession, name)
    link = None
    if session.payment_link is not None:
        link = await ctx.load(PaymentLink, session.payment_link)
    seller = await seller_of(ctx, session)
    if session.status == "complete":
        told, leaves = await ended_of(ctx, session, link, seller)
        if not leaves:
            return Seen(message(told), onward=scene.path)
        leaving = Told(title=told.title, text=f"{told.text} One moment …", merchant=seller,
                       livemode=told.livemode, link=told.link, leaves=True)  # fmt: skip
        return Seen(message(told), onward=f"{scene.path}/return", leaving=message(leaving))
    if session.status == "expired" or session.expires_at <= unix_seconds(ctx.now()):
        text = "It was open for too long. Nothing has been charged, and nothing was saved."
        return _over("This page has expired", text, session, seller)
    if link is not None and (over := why_over(ctx, link, session.id)):
        return _over("This offer is over", over, session, seller)
    intent = await intent_of_session(ctx, session)
    waits = await _code(ctx, session, intent, seller, scene)
    if waits is not None and not (shown.wrong or shown.problem):
        kind, page = waits
        if shown.kind in (None, kind):
            return Seen(page, onward=scene.path)
    if not shown.problem and not shown.wrong:
        shown = Shown(typed=shown.typed, problem=_last_problem(intent), kind=shown.kind)
    items = await items_under(ctx, session.id)
    hidden = {**scene.hidden, "attempt": str(kept_of(ctx, session).attempts)}
    scene = scene._replace(hidden=hidden)
    priced = await price_of(ctx, session, items, scene.chosen)
    page = form_page(ctx, priced, seller, scene, shown)
    return Seen(page, onward=_challenge(intent))


def form_page(ctx: Context, priced: Priced, seller: str, scene: Scene, shown: Shown) -> str:
    """Return the form of a session that is open, also of one that is not stored yet."""
    session = priced.session
    query = {**scene.query, **query_of(scene.chosen)}
    kind = kind_of(session, shown.kind)
    way = WAYS[kind]
    total = _words(session.amount_total or 0, session.currency or "usd")
    told = {"merchant": seller, "total": total}
    form = html.Form(
        hidden={**scene.hidden, "method": kind},
        parts=sections_of(session, kind, seller),
        ways=[
            (f"{scene.path}?{urlencode({**query, 'method': each})}", WAYS[each].title,
             each == kind)
            for each in session.payment_method_types
        ],
        known=session.email,
        agrees=_agrees(ctx, priced, kind).format(**told),
        after=way.after.format(**told),
        test="" if session.livemode else way.test,
        typed=shown.typed,
        wrong=shown.wrong,
        problem=shown.problem,
        action=f"{scene.path}?{urlencode(query)}" if query else scene.path,
    )  # fmt: skip
    return html.page(_offer(priced, kept_of(ctx, session), seller, kind, total), form)


def _agrees(ctx: Context, priced: Priced, kind: str) -> str:
    """Return what whoever pays agrees to."""
    session, kept = priced.session, kept_of(ctx, priced.session)
    way, wanted = WAYS[kind], kept.wanted
    if kept.subscribes is not None:
        reduced = priced.coupon is not None
        return f"{way.agrees_later} {goes_on(priced.items, kept.subscribes, reduced=reduced)}"
    if session.mode == "setup":
        return way.agrees_later
    options: Mapping[str, Any] = wanted.get("payment_method_options", {}).get(kind, {})
    usage = options.get("setup_future_usage") or wanted.get("setup_future_usage")
    if usage in (None, "none") or not way.later:
        return way.agrees
    return f"{way.agrees_later} This payment of {{total}} is the first."


def _offer(priced: Priced, own: Kept, seller: str, kind: str, total: str) -> html.Offer:
    session = priced.session
    submit = session.custom_text.submit
    common: dict[str, Any] = {
        "merchant": seller,
        "livemode": session.livemode,
        "words": submit.message if submit else "",
        "back": session.cancel_url,
    }
    way = WAYS[kind]
    if session.mode == "setup":
        title, button = f"Save your {way.later}", f"Save {way.later}"
        return html.Offer(heading=title, button=button, asks="How you will pay", **common)
    subscribes, terms = session.mode == "subscription", own.subscribes or {}
    verb = "Subscribe and pay" if subscribes else _VERBS.get(session.submit_type or "", "Pay")
    return html.Offer(
        heading=total if session.amount_total else "Nothing to pay yet",
        button=way.button or (f"{verb} {total}" if session.amount_total else "Subscribe"),
        lines=[_line(number, item, terms) for number, item in enumerate(priced.items, 1)],
        sum="Total today" if subscribes else "Total",
        total=total,
        code=priced.code if session.allow_promotion_codes else None,
        code_problem=priced.problem,
        **_reduction(priced),
        **common,
    )


def _reduction(priced: Priced) -> dict[str, str]:
    """Return what a coupon takes off, in words, if there is one."""
    session, coupon = priced.session, priced.coupon
    if coupon is None or session.total_details is None:
        return {}
    currency = session.currency or "usd"
    called = coupon.name or priced.code or "Discount"
    share = "" if coupon.percent_off is None else f" ({coupon.percent_off:f}% off)"
    taken = session.total_details.amount_discount
    if not taken:
        return {"reduction": called + share, "off": "later"}
    off = _words(taken, currency)
    return {
        "subtotal": _words(session.amount_subtotal or 0, currency),
        "reduction": called + share,
        "off": f"-{off}",
    }


def _line(number: int, item: LineItem, terms: Mapping[str, Any]) -> html.Line:
    each, limits = item.price.unit_amount, item.adjustable_quantity
    return html.Line(
        name=name_of(number) if limits else "",
        least=limits.least if limits else 0,
        most=limits.most if limits else 0,
        description=item.description or "",
        quantity=item.quantity,
        each="" if each is None else _words(each, item.currency),
        often=often_of(item.price, terms),
        amount=_words(item.amount_subtotal, item.currency),
    )


def _over(title: str, text: str, session: CheckoutSession, seller: str) -> Seen:
    back = (session.cancel_url, f"Back to {seller}") if session.cancel_url else None
    told = Told(title=title, text=text, merchant=seller, link=back, livemode=session.livemode)
    return Seen(message(told))


async def _code(
    ctx: Context, session: CheckoutSession, intent: Intent | None, seller: str, scene: Scene
) -> tuple[str, str] | None:
    """Return the page with the code that an intent waits to be paid by, and for which type."""
    if not isinstance(intent, PaymentIntent) or intent.status != "requires_action":
        return None
    asked = (intent.next_action or {}).get("type", "")
    if asked not in _CODES:
        return None
    kind, action = _CODES[asked], (intent.next_action or {})[asked]
    shown: dict[str, Any] = action.get("qr_code", action)
    text: str = ctx.hidden(intent).get(TEXT, "")
    others = [each for each in session.payment_method_types if each != kind]
    ends = min(shown["expires_at"], session.expires_at)
    return kind, code(
        Code(
            merchant=seller,
            livemode=session.livemode,
            total=_words(intent.amount, intent.currency),
            words=_READ[kind],
            image=shown["image_url_svg"],
            expires=moment_of(ends),
            looks_at=f"{scene.path}/return",
            text="" if text.startswith(_UPI) else text,
            opens=text if text.startswith(_UPI) else "",
            sandbox="" if session.livemode else await _sandbox(ctx, intent),
            others=f"{scene.path}?{urlencode({'method': others[0]})}" if others else "",
        )
    )


async def _sandbox(ctx: Context, intent: PaymentIntent) -> str:
    """Return what pays an intent that waits for money, on the command line."""
    movement = await ctx.find(Movement, ctx.hidden(intent).get(EXPECTS, ""))
    if movement is None:
        return ""
    return (
        f"bezant simulate {movement.rail} credit --bank {movement.bank} "
        f"--amount {movement.amount} --set reference={movement.reference}"
    )


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


async def seller_of(ctx: Context, session: CheckoutSession) -> str:
    """Return the name of whoever is paid, as its account has it."""
    owner = await merchant(ctx, kept_of(ctx, session).wanted.get("on_behalf_of"))
    return owner.shown_name or "the shop"


def _words(amount: int, currency: str) -> str:
    return format_amount(Money(amount, currency))
