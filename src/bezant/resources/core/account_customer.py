"""Accounts as customers: an account of v2 that pays its platform, wherever a customer is named.

Its customer has the id of the account under another prefix, and is made when it is first named.
"""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from msgspec import field
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.refusals import no_such
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.customer import Customer, invoice_prefix
from bezant.resources.core.owners import Owner

APPLIED = "applied"
"""Where an account's hidden part says which configurations of v2 were applied."""
PARAM = "customer_account"
_NAMES = ("first_name", "last_name")


class _Payer(Owner, tag="account"):
    """An account, as far as it pays."""

    company: Mapping[str, Any] = field(default_factory=dict[str, Any])
    email: str | None = None
    individual: Mapping[str, Any] | None = None

    @property
    def name(self) -> str | None:
        """What it is called."""
        person = self.individual or {}
        whole = " ".join(person[name] for name in _NAMES if person.get(name))
        shown = self.settings.get("dashboard", {}).get("display_name")
        return (
            shown or self.business_profile.get("name") or self.company.get("name") or whole or None
        )


class Naming(Protocol):
    """Parameters by which a customer is named."""

    @property
    def customer(self) -> str | None:
        """Its id."""
        ...

    @property
    def customer_account(self) -> str | None:
        """The account that it is."""
        ...


P = TypeVar("P", bound=Any)


async def with_customer(ctx: Context, params: P) -> P:
    """Return parameters with the customer that an account is which they name."""
    naming: Naming = params
    if naming.customer_account is None:
        return params
    customer = await by_account(ctx, naming.customer_account)
    if naming.customer not in (None, customer.id):
        raise InvalidRequest(
            f"{naming.customer_account} is another customer than {naming.customer}: send either "
            "`customer` or `customer_account`.",
            param=PARAM,
        )
    return replace(params, customer=customer.id)


async def by_account(ctx: Context, account: str) -> Customer:
    """Return the customer that an account is; InvalidRequest for one that is none."""
    if ctx.caller.connected:
        raise InvalidRequest(
            "Accounts are customers of their platform alone: send a `customer`, or act for the "
            "platform.",
            param=PARAM,
        )
    found = await ctx.find(_Payer, account, book=ctx.platform_book)
    if found is None:
        raise no_such("account", account, PARAM)
    if "customer" not in ctx.hidden(found).get(APPLIED, ()):
        raise InvalidRequest(
            f"{account} is no customer: send configuration.customer.applied=true to "
            f"POST /v2/core/accounts/{account}.",
            param=PARAM,
        )
    name = f"cus_{account.partition('_')[2]}"
    row = await ctx.runtime.reader.get(ctx.book.id, Customer.kind(), name)
    if row is None:
        return ctx.made(Customer, name) or _made(ctx, name, found)
    if row.deleted:
        raise InvalidRequest(
            f"The customer {name}, which {account} was, is deleted: make another customer.",
            param=PARAM,
        )
    return ctx.loaded(Customer, row, ctx.book)


async def account_of_customer(ctx: Context, customer: str | None) -> str | None:
    """Return the account that a customer is; InvalidRequest for no such customer."""
    if customer is None:
        return None
    return (await customer_named(ctx, customer)).customer_account


async def customer_named(ctx: Context, name: str) -> Customer:
    """Return a customer, which may have been made a moment ago; InvalidRequest for no such one."""
    return ctx.made(Customer, name) or await ctx.load(Customer, name, param="customer")


def _made(ctx: Context, name: str, account: _Payer) -> Customer:
    customer = Customer(
        id=name,
        created=created_of(name),
        customer_account=account.id,
        email=account.email,
        invoice_prefix=invoice_prefix(name),
        livemode=ctx.livemode,
        metadata={},
        name=account.name,
    )
    return ctx.create(customer, event="customer.created")
