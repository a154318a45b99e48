"""The wiring: which routes are served and which product reacts to which bank's answers."""

from collections.abc import Sequence

from bezant.api.routes import Routes
from bezant.movement.handler import Handlers
from bezant.resources.connect import (
    accounts,
    capabilities,
    external_accounts,
    transfer_reversals,
    transfers,
)
from bezant.resources.core import balance, balance_transactions, payouts, topups
from bezant.resources.payments import charges

ROUTES: Sequence[Routes] = (
    accounts.routes,
    capabilities.routes,
    external_accounts.routes,
    transfers.routes,
    transfer_reversals.routes,
    payouts.routes,
    topups.routes,
    balance.routes,
    balance_transactions.routes,
    charges.routes,
)

HANDLERS: Handlers = {
    handler.subject.kind(): handler for handler in (payouts.handler, topups.handler)
}
