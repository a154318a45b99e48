"""The sources of customers: cards out of tokens, kept, changed and let go."""

from typing import Annotated, Any, Literal

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Emptyable, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.resources.core.address import Text
from bezant.resources.core.card_number import expiry
from bezant.resources.core.card_object import Card
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_source import METHOD, add, billing_with, drop, follow
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.core.refused import refused

OF_CUSTOMER = "/v1/customers/{customer}/sources"
_CARDS_ONLY = refused("Sources are cards, which have none of it.")


class CreateSource(Params):
    """The card of a token; `validate` asks its issuer whether it may be used at all."""

    metadata: Metadata | None = None
    source: str
    validate: bool = True


class OwnerParams(Params):
    """Whose source it is."""

    address: Annotated[str, _CARDS_ONLY] | None = None
    email: Annotated[str, _CARDS_ONLY] | None = None
    name: Annotated[str, _CARDS_ONLY] | None = None
    phone: Annotated[str, _CARDS_ONLY] | None = None


class UpdateSource(Params):
    """What of a card can be changed."""

    account_holder_name: Annotated[str, _CARDS_ONLY] | None = None
    account_holder_type: Annotated[str, _CARDS_ONLY] | None = None
    address_city: Emptyable[Text] | None = None
    address_country: Emptyable[Text] | None = None
    address_line1: Emptyable[Text] | None = None
    address_line2: Emptyable[Text] | None = None
    address_state: Emptyable[Text] | None = None
    address_zip: Emptyable[Text] | None = None
    exp_month: str | None = None
    exp_year: str | None = None
    metadata: Metadata | None = None
    name: Emptyable[Text] | None = None
    owner: OwnerParams | None = None


class ListSources(ListParams):
    """Which sources are listed: there are none but cards."""

    object: Literal["bank_account", "card", "source"] | None = None


routes = Routes(Card, OF_CUSTOMER, listed=False, retrieved=False)


@routes.get(OF_CUSTOMER, listing=True)
async def list_all(ctx: Context, customer: Customer, params: ListSources) -> Page:
    """List the sources of a customer, newest first."""
    if params.object not in (None, Card.kind()):
        return Page([])
    return await page_of(ctx, Card, "card", params, {"parent": customer.id})


@routes.get(OF_CUSTOMER + "/{id}")
async def retrieve(_ctx: Context, customer: Customer, card: Card) -> Card:
    """Retrieve a source of a customer."""
    assert card.customer == customer.id, "the path has been checked"
    return card


@routes.create
async def create(ctx: Context, customer: Customer, params: CreateSource) -> Card:
    """Keep a card; the first one becomes the customer's default."""
    card = await add(
        ctx,
        customer,
        params.source,
        "source",
        metadata=merged({}, params.metadata),
        validate=params.validate,
    )
    if customer.default_source is None:
        ctx.save(ctx.current(customer), default_source=card.id, event="customer.updated")
    return card


@routes.update
async def update(ctx: Context, customer: Customer, card: Card, params: UpdateSource) -> Card:
    """Change what is known of a card, and so of its payment method."""
    assert card.customer == customer.id, "the path has been checked"
    method = await ctx.load(PaymentMethod, ctx.hidden(card)[METHOD])
    assert isinstance(method.card, dict), f"{method.id} is a card"
    shown: dict[str, Any] = dict(method.card)
    if params.exp_month is not None or params.exp_year is not None:
        given = (params.exp_month or card.exp_month, params.exp_year or card.exp_year)
        shown["exp_month"], shown["exp_year"] = expiry(*given, ctx.now())
    method = ctx.save(
        method,
        billing_details=billing_with(method.billing_details, params.changes(without=())),
        card=shown,
        metadata=merged(method.metadata, params.metadata),
        event="payment_method.updated",
    )
    return follow(ctx, card, method)


@routes.delete
async def delete(ctx: Context, customer: Customer, card: Card) -> None:
    """Let a card go; the newest other one becomes the default if it was that."""
    assert card.customer == customer.id, "the path has been checked"
    await drop(ctx, customer.id, card)
