"""Fraud reports: a payment that its owner gives back as a fraud, and whom that keeps out."""

from typing import Any

from bezant.api.context import Context
from bezant.resources.core.list_items import put
from bezant.resources.core.value_list import named
from bezant.resources.payments.charge import Charge, FraudDetails


async def reported(ctx: Context, charge: Charge) -> Charge:
    """Note that a payment was a fraud, and block its card and its e-mail address from now on."""
    card: dict[str, Any] = (charge.payment_method_details or {}).get("card") or {}
    blocked = {
        "card_fingerprint_blocklist": card.get("fingerprint"),
        "email_blocklist": charge.payer,
    }
    for alias, value in blocked.items():
        if value is not None:
            await put(ctx, await named(ctx, alias, "reason"), value)
    return ctx.save(charge, fraud_details=FraudDetails(user_report="fraudulent"))
