"""Charges: read, listed and searched."""

from bezant.api import search
from bezant.api.routes import Routes
from bezant.resources.payments.charge import Charge

routes = Routes(
    Charge,
    "/v1/charges",
    prefix="ch",
    filters={"transfer_group": "group", "customer": "source", "payment_intent": "parent"},
)
routes.search(
    {
        "amount": search.number("amount"),
        "billing_details.address.postal_code": search.token("billing_details.address.postal_code"),
        "created": search.number("created"),
        "currency": search.token("currency"),
        "customer": search.token("customer", column="source"),
        "disputed": search.token("disputed"),
        "metadata": search.metadata(),
        "refunded": search.token("refunded"),
        "status": search.token("status"),
    },
    sparse=True,
)
