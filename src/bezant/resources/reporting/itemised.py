"""The columns of reports over balance transactions, under the names that Stripe's reports have.

The query's rows hold the transaction's fields and, as JSON or null, its `source`, the `charge` and
the `customer` behind it, and the `payout` that paid it out.
"""

from collections.abc import Mapping

from bezant.resources.reporting.report import Columns, major, time


def _unix(field: str) -> str:
    return f"to_timestamp(({field})::bigint)"


def _address(under: str, prefix: str) -> Mapping[str, str]:
    parts = ("line1", "line2", "city", "state", "postal_code", "country")
    return {f"{prefix}_{part}": f"{under} ->> '{part}'" for part in parts}


_DETAILS = "(r.charge -> 'payment_method_details')"
_CARD = f"({_DETAILS} -> 'card')"
_PAID_OUT = _unix("r.payout ->> 'arrival_date'")
_CHARGED = _unix("r.charge ->> 'created'")
_FACING = "coalesce(r.shown, r.charge)"

DEFAULT = (
    "balance_transaction_id",
    "created_utc",
    "created",
    "available_on_utc",
    "available_on",
    "currency",
    "gross",
    "fee",
    "net",
    "reporting_category",
    "source_id",
    "description",
)

COLUMNS: Columns = {
    "balance_transaction_id": "r.id",
    "created_utc": time("r.created", local=False),
    "created": time("r.created", local=True),
    "available_on_utc": time("r.available_on", local=False),
    "available_on": time("r.available_on", local=True),
    "currency": "r.currency",
    "gross": major("r.gross"),
    "fee": major("r.fee"),
    "net": major("r.net"),
    "reporting_category": "r.reporting_category",
    "source_id": "r.source_id",
    "description": "r.description",
    "customer_facing_amount": major(
        f"({_FACING} ->> 'amount')::numeric", f"({_FACING} ->> 'currency')"
    ),
    "customer_facing_currency": f"{_FACING} ->> 'currency'",
    "automatic_payout_id": "r.payout ->> 'id'",
    "automatic_payout_effective_at_utc": time(_PAID_OUT, local=False),
    "automatic_payout_effective_at": time(_PAID_OUT, local=True),
    "customer_id": "r.customer ->> 'id'",
    "customer_email": "r.customer ->> 'email'",
    "customer_name": "r.customer ->> 'name'",
    "customer_description": "r.customer ->> 'description'",
    **_address("(r.customer #> '{shipping,address}')", "customer_shipping_address"),
    **_address("(r.customer -> 'address')", "customer_address"),
    **_address("(r.charge #> '{shipping,address}')", "shipping_address"),
    **_address("(r.charge #> '{billing_details,address}')", "card_address"),
    "charge_id": "r.charge ->> 'id'",
    "dispute_reason": "case when r.source ->> 'object' = 'dispute' then r.source ->> 'reason' end",
    "payment_intent_id": "r.charge ->> 'payment_intent'",
    "charge_created_utc": time(_CHARGED, local=False),
    "charge_created": time(_CHARGED, local=True),
    "payment_method_type": f"{_DETAILS} ->> 'type'",
    "card_brand": f"{_CARD} ->> 'brand'",
    "card_funding": f"{_CARD} ->> 'funding'",
    "card_country": f"{_CARD} ->> 'country'",
    "statement_descriptor": "r.charge ->> 'statement_descriptor'",
    "connected_account_id": "coalesce(r.source ->> 'destination', r.charge ->> 'on_behalf_of')",
}

METADATA: Columns = {
    "payment_metadata": "(r.charge -> 'metadata')",
    "refund_metadata": (
        "(case when r.source ->> 'object' = 'refund' then r.source -> 'metadata' end)"
    ),
    "transfer_metadata": (
        "(case when r.source ->> 'object' = 'transfer' then r.source -> 'metadata' end)"
    ),
}
