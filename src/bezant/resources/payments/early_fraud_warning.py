"""Early fraud warnings: an issuer believes that a payment is a fraud, and no money moves."""

from collections.abc import Mapping
from typing import ClassVar

from msgspec import UNSET, UnsetType

from bezant.api.context import Context, created_of
from bezant.api.resource import Expands, Resource
from bezant.kernel.log import get_logger
from bezant.rail.cards import FraudWarning
from bezant.resources.payments.charge import Charge

WARNING = "early_fraud_warning"
"""Where a charge's hidden part has the warning about it."""

log = get_logger(__name__)


class EarlyFraudWarning(Resource, tag="radar.early_fraud_warning"):
    """What an issuer believes; `actionable` until the money goes back."""

    expands: ClassVar[Expands] = {"charge": ("charge",), "payment_intent": ("payment_intent",)}
    filters: ClassVar[Mapping[str, str]] = {"charge": "source", "intent": "parent"}

    actionable: bool
    charge: str
    fraud_type: str
    payment_intent: str | UnsetType = UNSET

    @property
    def intent(self) -> str | None:
        """The payment intent, as a column has it."""
        return None if isinstance(self.payment_intent, UnsetType) else self.payment_intent


async def fraud_warned(ctx: Context, notice: FraudWarning) -> None:
    """Keep what an issuer believes of a payment; told again, it changes nothing."""
    charge = await ctx.find(Charge, notice.about.subject)
    if charge is None:
        log.warning("fraud_warning_unknown", charge=notice.about.subject)
        return
    hidden = ctx.hidden(charge)
    if WARNING in hidden:
        return
    name = ctx.new_id("issfr")
    warning = EarlyFraudWarning(
        id=name,
        actionable=not (charge.disputed or charge.refunded),
        charge=charge.id,
        created=created_of(name),
        fraud_type=notice.fraud_type,
        livemode=ctx.livemode,
        payment_intent=charge.payment_intent or UNSET,
    )
    ctx.save(charge, hidden=hidden | {WARNING: name})
    ctx.create(warning, event="radar.early_fraud_warning.created")
