"""Payment methods: made, kept by customers, changed and let go."""

from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import merged
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.account_customer import with_customer
from bezant.resources.core.address import Address
from bezant.resources.core.card_number import expiry
from bezant.resources.core.card_object import Card
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_source import billing_told, follow
from bezant.resources.core.own_customer import check_own
from bezant.resources.core.payment_method import (
    SOURCE,
    BillingDetails,
    PaymentMethod,
    attach_checked,
    forget_default,
    made,
    payment_method_of,
)
from bezant.resources.core.payment_method import (
    detach as detached,
)
from bezant.resources.core.token import told_with_token
from bezant.resources.payments.payment_method_details import (
    CreatePaymentMethod,
    details,
    preferred_of,
)
from bezant.resources.payments.payment_method_params import (
    AttachPaymentMethod,
    BillingDetailsParams,
    ListOfCustomer,
    ListPaymentMethods,
    UpdateCard,
    UpdatePaymentMethod,
)

PATH = "/v1/payment_methods"
OF_CUSTOMER = "/v1/customers/{customer}/payment_methods"

routes = Routes(PaymentMethod, PATH, listed=False)
of_customer = Routes(PaymentMethod, OF_CUSTOMER, listed=False, retrieved=False)


@routes.post(PATH, publishable=True, ephemeral=True)
async def create(ctx: Context, params: CreatePaymentMethod) -> PaymentMethod:
    """Make a payment method that no customer has yet."""
    token = params.card.token if params.card else None
    billing = billing_told(None if token is None else await told_with_token(ctx, token))
    shown, hidden = await details(ctx, params)
    inside = params.sepa_debit.billing_details if params.sepa_debit else None
    return made(
        ctx,
        params.type,
        shown,
        hidden,
        allow_redisplay=params.allow_redisplay,
        billing_details=billing_of(billing, params.billing_details or inside),
        metadata=merged({}, params.metadata),
    )


@routes.get(PATH, listing=True, ephemeral=True)
async def list_all(ctx: Context, params: ListPaymentMethods) -> Page:
    """List payment methods, of all customers and of none."""
    params = await with_customer(ctx, params)
    check_own(ctx, params.customer)
    if params.customer is not None and params.customer_account is None:
        await ctx.load(Customer, params.customer, param="customer")
    return await _page(ctx, params, {"parent": params.customer, **_filters(params)})


@routes.update
async def update(ctx: Context, method: PaymentMethod, params: UpdatePaymentMethod) -> PaymentMethod:
    """Change a payment method that a customer has."""
    if method.customer is None:
        raise InvalidRequest(
            "You must save this PaymentMethod to a customer before you can update it."
        )
    changes: dict[str, Any] = {"metadata": merged(method.metadata, params.metadata)}
    if params.allow_redisplay is not None:
        changes["allow_redisplay"] = params.allow_redisplay
    if params.billing_details is not None:
        changes["billing_details"] = billing_of(method.billing_details, params.billing_details)
    if params.us_bank_account is not None:
        if not isinstance(method.us_bank_account, dict):
            raise InvalidRequest(f"The type is {method.type}.", param="us_bank_account")
        told = params.us_bank_account.changes(without=())
        changes["us_bank_account"] = method.us_bank_account | told
    if params.card is not None:
        changes["card"] = _card(ctx, method, params.card)
    method = ctx.save(method, event="payment_method.updated", **changes)
    if SOURCE in ctx.hidden(method):
        follow(ctx, await ctx.load(Card, ctx.hidden(method)[SOURCE]), method)
    return method


@routes.post(PATH + "/{id}/attach", ephemeral=True)
async def attach(ctx: Context, id: str, params: AttachPaymentMethod) -> PaymentMethod:
    """Let a customer keep a payment method."""
    params = await with_customer(ctx, params)
    if params.customer is None:
        raise missing("customer")
    check_own(ctx, params.customer)
    method = await payment_method_of(ctx, id)
    customer = ctx.made(Customer, params.customer)
    customer = customer or await ctx.load(Customer, params.customer, param="customer")
    return await attach_checked(ctx, method, customer.id, customer.customer_account)


@routes.post(PATH + "/{id}/detach", ephemeral=True)
async def detach(ctx: Context, method: PaymentMethod) -> PaymentMethod:
    """Take a payment method from its customer, for good; its mandates end."""
    check_own(ctx, method.customer)
    if method.customer is None:
        raise InvalidRequest(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
    await forget_default(ctx, method.customer, method)
    return await detached(ctx, method)


@of_customer.get(OF_CUSTOMER, listing=True, ephemeral=True)
async def list_of_customer(ctx: Context, customer: Customer, params: ListOfCustomer) -> Page:
    """List the payment methods that a customer has, newest first."""
    check_own(ctx, customer.id)
    return await _page(ctx, params, {"parent": customer.id, **_filters(params)})


@of_customer.get(OF_CUSTOMER + "/{id}", ephemeral=True)
async def retrieve_of_customer(
    ctx: Context, customer: Customer, method: PaymentMethod
) -> PaymentMethod:
    """Retrieve a payment method that a customer has."""
    check_own(ctx, customer.id)
    assert method.customer == customer.id, "the path has been checked"
    return method


def _card(ctx: Context, method: PaymentMethod, sent: UpdateCard) -> dict[str, Any]:
    """Return what is shown of a card of which the dates or the network are changed."""
    if not isinstance(method.card, dict):
        raise InvalidRequest(f"The type is {method.type}.", param="card")
    card = dict(method.card)
    month, year = sent.exp_month, sent.exp_year
    if month is not None or year is not None:
        given = (month or card["exp_month"], year or card["exp_year"])
        card["exp_month"], card["exp_year"] = expiry(*given, ctx.now())
    if sent.networks is not None:
        chosen = sent.networks.preferred
        preferred = preferred_of(card["brand"], chosen or None, "card[networks][preferred]")
        card["networks"] = card["networks"] | {"preferred": preferred}
    return card


def _filters(params: ListOfCustomer) -> dict[str, str | None]:
    return {"type": params.type, "status": params.allow_redisplay}


async def _page(ctx: Context, params: ListParams, chosen: dict[str, str | None]) -> Page:
    filters = {name: value for name, value in chosen.items() if value is not None}
    return await page_of(ctx, PaymentMethod, "pm", params, filters)


def billing_of(before: BillingDetails, sent: BillingDetailsParams | None) -> BillingDetails:
    """Return who pays; an address takes the place of the one before."""
    if sent is None:
        return before
    changes = sent.changes(without=("address",))
    if sent.address is not None:
        changes["address"] = sent.address.kept() if sent.address else Address()
    return replace(before, **changes)
