"""Mandates: made of what a customer has said, and looked up before they are charged again."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET

from bezant.api.context import Context
from bezant.api.params import Params, Timestamp
from bezant.api.refusals import missing
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.mandate import (
    MANDATES,
    CustomerAcceptance,
    Mandate,
    MandateStatus,
    Online,
    SingleUse,
)
from bezant.resources.core.payment_method import PaymentMethod


class OnlineParams(Params):
    """From where somebody agreed on a page."""

    ip_address: str
    user_agent: str


class OfflineParams(Params):
    """Nothing: somebody agreed on paper or by telephone."""


class AcceptanceParams(Params):
    """How and when somebody agreed."""

    accepted_at: Timestamp | None = None
    offline: OfflineParams | None = None
    online: OnlineParams | None = None
    type: Literal["offline", "online"]


class MandateData(Params):
    """What a mandate is made of."""

    customer_acceptance: AcceptanceParams


def acceptance_of(ctx: Context, sent: MandateData | str | None) -> dict[str, Any] | None:
    """Return what was said about an agreement as plain data; now, unless another time was sent."""
    if not isinstance(sent, MandateData):
        return None
    said = sent.customer_acceptance
    if said.type == "online" and said.online is None:
        raise missing("mandate_data[customer_acceptance][online]")
    if said.online is not None and said.type != "online":
        raise InvalidRequest(
            "Somebody who agreed offline was not online: leave `online` out.",
            param="mandate_data[customer_acceptance][online]",
        )
    online = said.online
    shown = CustomerAcceptance(
        accepted_at=unix_seconds(ctx.now()) if said.accepted_at is None else said.accepted_at,
        offline={} if said.type == "offline" else UNSET,
        online=UNSET if online is None else Online(online.ip_address, online.user_agent),
        type=said.type,
    )
    return msgspec.to_builtins(shown)


def mandate_of(
    ctx: Context,
    method: PaymentMethod,
    acceptance: dict[str, Any],
    *,
    once: Money | None = None,
    on_behalf_of: str | None = None,
    status: MandateStatus = "active",
    details: dict[str, Any] | None = None,
) -> Mandate:
    """Store a mandate for a payment method: for one payment of an amount, or for all to come.

    `acceptance` is what `acceptance_of` has returned, `details` what is shown for the type.
    """
    name = ctx.new_id("mandate")
    method = ctx.current(method)
    hidden = ctx.hidden(method)
    ctx.save(method, hidden=hidden | {MANDATES: [*hidden.get(MANDATES, []), name]})
    return ctx.create(
        Mandate(
            id=name,
            customer_acceptance=msgspec.convert(acceptance, CustomerAcceptance),
            livemode=ctx.livemode,
            multi_use={} if once is None else UNSET,
            on_behalf_of=on_behalf_of or UNSET,
            payment_method=method.id,
            payment_method_details={method.type: details or {}, "type": method.type},
            single_use=UNSET if once is None else SingleUse(once.amount, once.currency),
            status=status,
            type="multi_use" if once is None else "single_use",
        )
    )


async def check_mandate(ctx: Context, name: str, method: PaymentMethod) -> Mandate:
    """Return the mandate under which a method is charged; InvalidRequest for one of another."""
    mandate = await ctx.load(Mandate, name, param="mandate")
    if mandate.payment_method != method.id:
        raise InvalidRequest(
            f"The mandate {name} is for {mandate.payment_method}: send that as `payment_method`.",
            code="payment_intent_mandate_invalid",
            param="mandate",
        )
    if mandate.status == "inactive":
        raise InvalidRequest(
            f"The mandate {name} is {mandate.status}. Ask the customer to agree again, and send "
            "`mandate_data`.",
            code="payment_intent_mandate_invalid",
            param="mandate",
        )
    return mandate
