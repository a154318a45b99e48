"""Refunds: read and listed."""

from bezant.api.routes import Routes
from bezant.resources.payments.refund import Refund

routes = Routes(
    Refund,
    "/v1/refunds",
    prefix="re",
    filters={"charge": "source", "payment_intent": "parent"},
)
