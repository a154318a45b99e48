"""Opening a checkout session: what parameters make of it, and what its intent is to be like."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, to_builtins

from bezant.api.context import Context, created_of
from bezant.api.params import Unset, merged
from bezant.api.refusals import missing
from bezant.kernel.codec import base62, from_microseconds, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.checkout.collecting import consent_of, names_of, shipping_of
from bezant.resources.checkout.coupon_places import named_by
from bezant.resources.checkout.custom_fields import in_session, made
from bezant.resources.checkout.line_item import (
    Line,
    store_lines,
    total_of,
)
from bezant.resources.checkout.opening_types import (
    options_shown,
    plain,
)
from bezant.resources.checkout.opening_ways import BY_API, Origin, as_sold, ways_of
from bezant.resources.checkout.pricing import check_worth, worth_of
from bezant.resources.checkout.session import (
    NO_WORDS,
    CheckoutSession,
    CustomerDetails,
    CustomText,
    Kept,
    Message,
    PhoneNumberCollection,
    TotalDetails,
)
from bezant.resources.checkout.session_params import (
    CreateSession,
    CustomTextParams,
    MessageParams,
)
from bezant.resources.checkout.subscription_of import check_alone
from bezant.resources.core.coupon import Coupon
from bezant.resources.core.customer import Customer
from bezant.resources.core.redeemable import Asked, Offer, offer_of
from bezant.resources.payments.entitled import check_all
from bezant.store.feed import BOOK_DIGITS

EXPIRY_JOB = "checkout.expire"
LEAST_SECONDS, MOST_SECONDS = 30 * 60, 24 * 3_600
PAGE = "/c/pay"
_SHOWN = ("allow_promotion_codes", "billing_address_collection", "cancel_url",
          "client_reference_id", "integration_identifier", "locale", "origin_context",
          "submit_type", "success_url")  # fmt: skip


async def new_session(
    ctx: Context, params: CreateSession, lines: Sequence[Line], origin: Origin = BY_API
) -> CheckoutSession:
    """Store a new session with its lines, and see to its end."""
    name = ctx.new_id(f"cs_{'live' if ctx.livemode else 'test'}")
    customer = await _customer(ctx, params)
    lines = as_sold(params, lines)
    offer = await _offered(ctx, params, lines)
    coupon = offer.coupon if offer else None
    wanted, types, subscribes = await ways_of(ctx, params, lines, origin, coupon)
    if params.mode == "subscription":
        check_alone(customer, lines[0].price.currency)
    behalf, currency = wanted.get("on_behalf_of"), wanted.get("currency", "")
    await check_all(ctx, types, currency, behalf, "payment_method_types")
    secret = "".join(ctx.runtime.ids.request_id().removeprefix("req_") for _ in range(2))
    place = base62(ctx.book.id, BOOK_DIGITS) + name.rpartition("_")[2]
    options = wanted.get("payment_method_options", {})
    session = CheckoutSession(
        id=name,
        allowed_payment_method_types=params.allowed_payment_method_types,
        consent_collection=consent_of(params.consent_collection),
        created=created_of(name),
        currency=params.currency or (lines[0].price.currency if lines else None),
        custom_fields=in_session(made(params.custom_fields or ())),
        custom_text=custom_text(params.custom_text),
        customer=params.customer,
        customer_account=customer.customer_account if customer else None,
        customer_creation=_creation(params),
        customer_details=_details(params, customer),
        customer_email=params.customer_email,
        discounts=named_by(offer) if offer else None,
        excluded_payment_method_types=params.excluded_payment_method_types or UNSET,
        expires_at=_expires_at(ctx, params),
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        mode=params.mode,
        name_collection=names_of(params.name_collection),
        payment_link=origin.payment_link,
        payment_method_collection="always" if subscribes else None,
        payment_method_options=options_shown(options, types),
        payment_method_types=types,
        payment_status="unpaid" if lines else "no_payment_required",
        phone_number_collection=_phone(params),
        shipping_address_collection=shipping_of(params.shipping_address_collection),
        url=f"{ctx.runtime.config.public_url}{PAGE}/{place}{secret}",
        **_sums(lines, coupon),
        **{field: getattr(params, field) for field in _SHOWN},
    )
    kept = Kept(
        account=ctx.account,
        platform=ctx.caller.platform,
        secret=secret,
        wanted=wanted,
        method=plain(params.payment_method_data),
        update=_update(params),
        coupon=ctx.encoded(coupon) if coupon else None,
        subscribes=subscribes,
    )
    ctx.create(session, hidden=to_builtins(kept))
    store_lines(ctx, name, lines, coupon)
    payload = {"account": ctx.account, "livemode": ctx.livemode,
               "platform": ctx.caller.platform, "session": name}  # fmt: skip
    ctx.enqueue(EXPIRY_JOB, payload, at=from_microseconds(session.expires_at * 1_000_000))
    return session


_NOT_IN = {
    "payment": ("setup_intent_data", "subscription_data", "payment_method_collection"),
    "setup": (
        "line_items", "payment_intent_data", "submit_type", "customer_creation",
        "shipping_address_collection", "discounts", "allow_promotion_codes",
        "subscription_data", "payment_method_collection",
    ),
    "subscription": (
        "setup_intent_data", "payment_intent_data", "customer_creation", "payment_method_data",
    ),
}  # fmt: skip
"""What can't be said in each mode."""


def check_fit(params: CreateSession) -> None:
    """Refuse parameters of one mode in another, and what contradicts itself."""
    if params.success_url is None:
        raise missing("success_url")
    if params.mode != "setup" and params.line_items is None:
        raise missing("line_items")
    others = _NOT_IN[params.mode]
    for name in others:
        if getattr(params, name) is not None:
            raise InvalidRequest(f"You can't send `{name}` in {params.mode} mode.", param=name)
    check_submit(params.submit_type, recurring=params.mode == "subscription")
    _check_discounts(params)
    _check_shipping(params)
    if params.customer is None:
        if params.customer_update is not None:
            raise InvalidRequest("`customer_update` needs a `customer`.", param="customer_update")
        return
    for name in ("customer_email", "customer_creation"):
        if getattr(params, name) is not None:
            raise InvalidRequest(f"You may only send one of `customer` and `{name}`.", param=name)


def check_submit(kind: str | None, *, recurring: bool) -> None:
    """Refuse a button that says something else than what it does."""
    if kind == "subscribe" and not recurring:
        raise InvalidRequest(
            "Nobody subscribes here: this is paid once, so send another submit_type.",
            param="submit_type",
        )


def _check_discounts(params: CreateSession) -> None:
    if params.discounts and params.allow_promotion_codes is not None:
        raise InvalidRequest(
            "Either you make it cheaper, or whoever pays does: send one of `discounts` and "
            "`allow_promotion_codes`.",
            param="allow_promotion_codes",
        )


def _check_shipping(params: CreateSession) -> None:
    """Refuse to ask whoever pays what the merchant has said already."""
    data = params.payment_intent_data
    if params.shipping_address_collection is not None and data is not None and data.shipping:
        raise InvalidRequest(
            "Either the page asks where goods go to, or you say it: send one of "
            "`shipping_address_collection` and `payment_intent_data[shipping]`.",
            param="shipping_address_collection",
        )


def custom_text(sent: CustomTextParams | None, before: CustomText = NO_WORDS) -> CustomText:
    """Return the merchant's words after what was sent of them."""
    if sent is None:
        return before
    names = CustomText.__struct_fields__
    return CustomText(
        **{name: _message(getattr(sent, name), getattr(before, name)) for name in names}
    )


def _message(sent: MessageParams | Unset | None, before: Message | None) -> Message | None:
    if sent is None:
        return before
    return Message(sent.message) if sent else None


async def _customer(ctx: Context, params: CreateSession) -> Customer | None:
    if params.customer is None:
        return None
    made = ctx.made(Customer, params.customer)
    return made or await ctx.load(Customer, params.customer, param="customer")


def _details(params: CreateSession, customer: Customer | None) -> CustomerDetails | None:
    email = params.customer_email or (customer.email if customer else None)
    if email is None:
        return None
    return CustomerDetails(email=email, tax_exempt="none", tax_ids=None)


def _creation(params: CreateSession) -> Any:
    if params.customer is not None or params.mode == "setup":
        return None
    if params.mode == "subscription":
        return "always"
    return params.customer_creation or "if_required"


def _expires_at(ctx: Context, params: CreateSession) -> int:
    now = unix_seconds(ctx.now())
    if params.expires_at is None:
        return now + MOST_SECONDS
    if not now + LEAST_SECONDS <= params.expires_at <= now + MOST_SECONDS:
        raise InvalidRequest(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
            param="expires_at",
        )
    return params.expires_at


def _update(params: CreateSession) -> tuple[str, ...]:
    update = params.customer_update
    return tuple(name for name in ("address", "name") if update and getattr(update, name) == "auto")


def _phone(params: CreateSession) -> PhoneNumberCollection:
    asked = params.phone_number_collection
    return PhoneNumberCollection(enabled=bool(asked and asked.enabled))


def _sums(lines: Sequence[Line], coupon: Coupon | None) -> dict[str, Any]:
    if not lines:
        return {}
    subtotal, total = total_of(lines), total_of(lines, coupon)
    details = TotalDetails(amount_discount=subtotal - total)
    return {"amount_subtotal": subtotal, "amount_total": total, "total_details": details}


async def _offered(ctx: Context, params: CreateSession, lines: Sequence[Line]) -> Offer | None:
    """Return what makes a session cheaper from the beginning; it is redeemed by whoever pays."""
    if not params.discounts:
        return None
    (sent,) = params.discounts
    told = sent.changes()
    if len(told) != 1:
        raise InvalidRequest(
            "Send either `coupon` or `promotion_code`, not both.", param="discounts[0]"
        )
    currency, (name,) = lines[0].price.currency, told
    worth = worth_of(lines) or total_of(lines)
    asked = Asked(params.customer, Money(worth, currency))
    param = f"discounts[0][{name}]"
    offer = await offer_of(ctx, sent.coupon, sent.promotion_code, asked, param)
    if total_of(lines):
        check_worth(total_of(lines, offer.coupon), currency, param)
    return offer
