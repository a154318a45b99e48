"""Cash balances: what a customer has sent ahead of its payments, as the ledger has it.

How such money finds its payment is kept in the customer's hidden part.
"""

from typing import Any

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.resources.core.cash_transaction import held_for
from bezant.resources.core.customer import Customer, with_mode
from bezant.resources.core.customer_params import CashBalanceParams

PATH = "/v1/customers/{customer}/cash_balance"


class CashBalance(Identified, tag="cash_balance"):
    """Named for its permission only: the answer has no id and is made from the customer."""


routes = Routes(CashBalance, PATH, listed=False, retrieved=False)


@routes.get(PATH, returns=None)
async def retrieve(ctx: Context, customer: Customer) -> dict[str, Any]:
    """Retrieve the cash balance of a customer."""
    return shown(ctx, customer, await held_for(ctx, customer.id))


@routes.post(PATH, returns=None)
async def update(ctx: Context, customer: Customer, params: CashBalanceParams) -> dict[str, Any]:
    """Choose how money on the cash balance finds its payment."""
    mode = params.settings.reconciliation_mode if params.settings else None
    ctx.save(customer, hidden=with_mode(ctx, customer, mode))
    return shown(ctx, customer, await held_for(ctx, customer.id))


def shown(ctx: Context, customer: Customer, held: dict[str, int]) -> dict[str, Any]:
    """Return the cash balance; `available` is null when there is no money in any currency."""
    mode = ctx.hidden(customer).get("reconciliation_mode")
    return {
        "object": "cash_balance",
        "available": held or None,
        "customer": customer.id,
        "customer_account": customer.customer_account,
        "livemode": ctx.livemode,
        "settings": {
            "reconciliation_mode": mode or "automatic",
            "using_merchant_default": mode is None,
        },
    }
