"""Tax ids, of customers and of the account itself."""

from typing import Annotated, Literal

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.refusals import invalid, missing
from bezant.api.routes import Routes
from bezant.resources.core.customer import Customer
from bezant.resources.core.refused import refused
from bezant.resources.core.tax_id import SELF, TaxId, TaxIdData, tax_id_of

OF_CUSTOMER = "/v1/customers/{customer}/tax_ids"
_NO_OTHERS = refused("Tax ids belong to a customer or to the account that the request is for.")


class OwnerParams(Params):
    """Whose tax ids are meant."""

    account: Annotated[str, _NO_OTHERS] | None = None
    customer: str | None = None
    customer_account: Annotated[str, _NO_OTHERS] | None = None
    type: Literal["account", "application", "customer", "self"]


class CreateTaxId(TaxIdData):
    """A tax id and whose it is."""

    owner: OwnerParams | None = None


class ListTaxIds(ListParams):
    """By what tax ids are listed."""

    owner: OwnerParams | None = None


routes = Routes(TaxId, "/v1/tax_ids", listed=False)
of_customer = Routes(TaxId, OF_CUSTOMER, listed=False, retrieved=False)


@routes.get("/v1/tax_ids", listing=True)
async def list_all(ctx: Context, params: ListTaxIds) -> Page:
    """List the tax ids of the account, or of one customer."""
    customer = await _owner(ctx, params.owner)
    return await page_of(ctx, TaxId, "txi", params, {"parent": customer or SELF})


@routes.create
async def create(ctx: Context, params: CreateTaxId) -> TaxId:
    """Keep a tax id of the account, or of a customer."""
    return tax_id_of(ctx, params, await _owner(ctx, params.owner))


@routes.delete
async def delete(ctx: Context, tax_id: TaxId) -> None:
    """Remove a tax id."""
    _remove(ctx, tax_id)


@of_customer.get(OF_CUSTOMER, listing=True)
async def list_of_customer(ctx: Context, customer: Customer, params: ListParams) -> Page:
    """List the tax ids of a customer, newest first."""
    return await page_of(ctx, TaxId, "txi", params, {"parent": customer.id})


@of_customer.get(OF_CUSTOMER + "/{id}")
async def retrieve_of_customer(_ctx: Context, customer: Customer, tax_id: TaxId) -> TaxId:
    """Retrieve a tax id of a customer."""
    assert tax_id.customer == customer.id, "the path has been checked"
    return tax_id


@of_customer.create
async def create_of_customer(ctx: Context, customer: Customer, params: TaxIdData) -> TaxId:
    """Keep a tax id of a customer."""
    return tax_id_of(ctx, params, customer.id)


@of_customer.delete
async def delete_of_customer(ctx: Context, customer: Customer, tax_id: TaxId) -> None:
    """Remove a tax id of a customer."""
    assert tax_id.customer == customer.id, "the path has been checked"
    _remove(ctx, tax_id)


def _remove(ctx: Context, tax_id: TaxId) -> None:
    ctx.delete(tax_id, event="customer.tax_id.deleted" if tax_id.customer else None)


async def _owner(ctx: Context, owner: OwnerParams | None) -> str | None:
    """Return the customer that is meant, or None for the account itself."""
    if owner is None or owner.type == SELF:
        return None
    if owner.type != "customer":
        raise invalid("Tax ids belong to a customer or to the account itself.", "owner[type]")
    if owner.customer is None:
        raise missing("owner[customer]")
    return (await ctx.load(Customer, owner.customer, param="owner[customer]")).id
