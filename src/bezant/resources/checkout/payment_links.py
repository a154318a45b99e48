"""Payment links: made, listed, switched on and off; each visit to one opens a session."""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.operation import Options
from bezant.api.pages import Page, page_of
from bezant.api.params import merged
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.codec import base62
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.adjustable import adjustable_of
from bezant.resources.checkout.collecting import consent_of, names_of, shipping_of
from bezant.resources.checkout.custom_fields import made
from bezant.resources.checkout.line_item import (
    LineItem,
    items_under,
    line_again,
    lines_of,
    store_lines,
)
from bezant.resources.checkout.link_visit import check_payment
from bezant.resources.checkout.opening import custom_text
from bezant.resources.checkout.opening_types import plain
from bezant.resources.checkout.payment_link import (
    PAGE,
    PATH,
    AfterCompletion,
    CompletedSessions,
    HostedConfirmation,
    LinkIntent,
    LinkTransferData,
    PaymentLink,
    Redirect,
    Restrictions,
)
from bezant.resources.checkout.payment_link_params import (
    AfterCompletionParams,
    CreatePaymentLink,
    ListPaymentLinks,
    UpdatedIntentData,
    UpdatedItem,
    UpdatePaymentLink,
)
from bezant.resources.checkout.session import PhoneNumberCollection
from bezant.resources.checkout.subscription_data import LinkSubscription, subscription_of
from bezant.resources.core.application import acting_application
from bezant.store.feed import BOOK_DIGITS

_PLAIN = ("allow_promotion_codes", "application_fee_amount", "billing_address_collection",
          "customer_creation", "inactive_message", "on_behalf_of", "payment_method_types",
          "submit_type")  # fmt: skip

routes = Routes(PaymentLink, PATH, listed=False)
line_items = Routes(
    LineItem,
    PATH + "/{payment_link}/line_items",
    prefix="li",
    parent=PaymentLink,
    retrieved=False,
    options=Options(permits=PaymentLink.kind()),
)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListPaymentLinks) -> Page:
    """List payment links, newest first."""
    filters = {} if params.active is None else {"status": str(params.active).lower()}
    return await page_of(ctx, PaymentLink, "plink", params, filters)


@routes.create
async def create(ctx: Context, params: CreatePaymentLink) -> PaymentLink:
    """Make an address at which whoever visits it can pay."""
    lines = await lines_of(ctx, params.line_items)
    currency = lines[0].price.currency
    if params.currency not in (None, currency):
        raise InvalidRequest(f"The prices are in {currency}.", param="currency")
    name = ctx.new_id("plink")
    place = base62(ctx.book.id, BOOK_DIGITS) + name.rpartition("_")[2]
    link = PaymentLink(
        id=name,
        after_completion=_after(params.after_completion),
        application=acting_application(ctx),
        consent_collection=consent_of(params.consent_collection),
        currency=currency,
        livemode=ctx.livemode,
        payment_intent_data=_intent(params),
        subscription_data=subscription_of(LinkSubscription(), params.subscription_data),
        url=f"{ctx.runtime.config.public_url}{PAGE}/{place}",
        **_told(params, None),
    )
    await check_payment(ctx, link, lines)
    hidden = {"account": ctx.account, "platform": ctx.caller.platform}
    ctx.create(link, event="payment_link.created", hidden=hidden)
    store_lines(ctx, name, lines)
    return link


@routes.update
async def update(ctx: Context, link: PaymentLink, params: UpdatePaymentLink) -> PaymentLink:
    """Change an offer, for those who come from now on."""
    changes = _told(params, link)
    if params.active is not None:
        changes["active"] = params.active
    if params.after_completion is not None:
        changes["after_completion"] = _after(params.after_completion)
    if params.payment_intent_data is not None:
        changes["payment_intent_data"] = _updated(link, params.payment_intent_data)
    if params.subscription_data is not None:
        before = link.subscription_data or LinkSubscription()
        changes["subscription_data"] = subscription_of(before, params.subscription_data)
    changed = replace(link, **changes)
    if changed.active and changed.used_up:
        raise InvalidRequest(
            "As many have paid through this link as may: raise the limit in `restrictions` to "
            "make it active again.",
            param="active",
        )
    items = await items_under(ctx, link.id)
    chosen = _chosen(items, params.line_items or [])
    lines = [line_again(chosen.get(item.id, item)) for item in items]
    await check_payment(ctx, changed, lines)
    known = await ctx.load_many(LineItem, list(chosen))
    for name, item in chosen.items():
        changed_item: dict[str, Any] = {
            "adjustable_quantity": item.adjustable_quantity,
            "amount_subtotal": item.amount_subtotal,
            "amount_total": item.amount_total,
            "quantity": item.quantity,
        }
        ctx.save(known[name], **changed_item)
    return ctx.save(link, event="payment_link.updated", **changes)


def _told(
    params: CreatePaymentLink | UpdatePaymentLink, link: PaymentLink | None
) -> dict[str, Any]:
    """Return what parameters change of a link."""
    told = params.changes(without=("metadata",))
    changes: dict[str, Any] = {name: told[name] for name in _PLAIN if name in told}
    changes["metadata"] = merged({} if link is None else link.metadata, params.metadata)
    if params.custom_text is not None:
        before = () if link is None else (link.custom_text,)
        changes["custom_text"] = custom_text(params.custom_text, *before)
    if params.phone_number_collection is not None:
        changes["phone_number_collection"] = PhoneNumberCollection(
            enabled=params.phone_number_collection.enabled
        )
    if params.restrictions is not None:
        known = link.restrictions if link else None
        count = known.completed_sessions.count if known else 0
        limit = params.restrictions.completed_sessions.limit if params.restrictions else None
        changes["restrictions"] = (
            None if limit is None else Restrictions(CompletedSessions(count, limit))
        )
    if params.custom_fields is not None:
        changes["custom_fields"] = made(params.custom_fields or ())
    if params.name_collection is not None:
        changes["name_collection"] = names_of(params.name_collection or None)
    if params.shipping_address_collection is not None:
        changes["shipping_address_collection"] = shipping_of(
            params.shipping_address_collection or None
        )
    if params.application_fee_percent is not None:
        percent = params.application_fee_percent
        changes["application_fee_percent"] = Decimal(percent) if percent else None
    if params.transfer_data is not None:
        data = params.transfer_data
        changes["transfer_data"] = LinkTransferData(data.amount, data.destination) if data else None
    return changes


def _after(sent: AfterCompletionParams | None) -> AfterCompletion:
    if sent is None or sent.type == "hosted_confirmation":
        told = (
            sent.hosted_confirmation.custom_message if sent and sent.hosted_confirmation else None
        )
        return AfterCompletion(
            type="hosted_confirmation", hosted_confirmation=HostedConfirmation(told)
        )
    if sent.redirect is None:
        raise missing("after_completion[redirect][url]")
    return AfterCompletion(type="redirect", redirect=Redirect(sent.redirect.url))


def _intent(params: CreatePaymentLink) -> LinkIntent | None:
    if params.payment_intent_data is None:
        return None
    told = plain(params.payment_intent_data)
    told["metadata"] = merged({}, params.payment_intent_data.metadata)
    return LinkIntent(**told)


def _updated(link: PaymentLink, sent: UpdatedIntentData) -> LinkIntent:
    before = link.payment_intent_data or LinkIntent()
    return replace(before, metadata=merged(before.metadata, sent.metadata), **sent.changes())


def _chosen(items: list[LineItem], sent: list[UpdatedItem]) -> dict[str, LineItem]:
    """Return the lines whose quantity changes, as they will be, by id."""
    known = {item.id: item for item in items}
    chosen: dict[str, LineItem] = {}
    for at, each in enumerate(sent):
        item = known.get(each.id)
        if item is None:
            raise InvalidRequest(
                f"No such line item of this link: '{each.id[:64]}'",
                code="resource_missing",
                param=f"line_items[{at}][id]",
            )
        quantity = each.quantity or item.quantity
        amount = item.price.of(quantity)
        adjustable = item.adjustable_quantity
        if each.adjustable_quantity is not None:
            adjustable = adjustable_of(each.adjustable_quantity, quantity, f"line_items[{at}]")
        chosen[item.id] = replace(
            item,
            adjustable_quantity=adjustable,
            amount_subtotal=amount,
            amount_total=amount,
            quantity=quantity,
        )
    return chosen
