"""Undoing: what an acquirer was asked, and no call has committed, goes back to the cardholder.

The books are looked at first, for two calls may have asked under one name. A refund that can't be
called back any more, since it is cleared, has been paid: then it is written down.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from bezant.api import idempotency
from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.errors import InternalError
from bezant.kernel.log import get_logger
from bezant.resources.payments.asking import (
    INCREMENTS,
    REQUESTS,
    Asked,
    burn,
    reversal_of_request,
)
from bezant.resources.payments.card import acquirer_of
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.refund_adopted import adopt
from bezant.store.jobs import JobRow

Fence = Callable[[Context, str], Awaitable[str | None]]
"""Uses up the names that an object counts, and returns the intent that is paid under them."""

log = get_logger(__name__)


async def intent_fence(ctx: Context, name: str) -> str:
    """Use up the names of an intent's requests."""
    intent = await ctx.load(PaymentIntent, name)
    ctx.save(intent, hidden=burn(ctx.hidden(intent)))
    return intent.id


class Undoer:
    """Runs the jobs; knows fences by the prefix of their ids."""

    def __init__(self, runtime: Runtime, fences: Mapping[str, Fence]) -> None:
        """Take the ports, and what fences there are besides intents."""
        self._runtime = runtime
        self._fences = {"pi": intent_fence, **fences}

    async def run(self, job: JobRow) -> None:
        """Call a request back, unless the books know of it."""
        asked = msgspec.json.decode(job.payload, type=Asked)
        ctx = Context(self._runtime, Caller(asked.platform, asked.account, livemode=asked.livemode))
        if await self._is_free(ctx, asked):
            await _call_back(ctx.fresh(), asked)

    async def _is_free(self, ctx: Context, asked: Asked) -> bool:
        """Tell whether nobody has committed a request; from then on nobody can."""
        while True:
            own = ctx.fresh()
            if asked.fence:
                intent = await self._fences[asked.fence.partition("_")[0]](own, asked.fence)
                known = await paid_by(own, intent)
            else:
                known = await _answered(own, asked.key)
            if asked.request.id in known:
                return False
            if not asked.fence:
                return True
            try:
                await own.write()
            except Stale:
                continue
            return True


async def paid_by(ctx: Context, intent: str | None) -> list[str]:
    """Return the names of the requests by which an intent's money is held or was taken."""
    found = await ctx.find(PaymentIntent, intent) if intent else None
    if found is None or found.latest_charge is None:
        return []
    return names_of(ctx, await ctx.load(Charge, found.latest_charge))


def names_of(ctx: Context, charge: Charge) -> list[str]:
    """Return the names of the requests by which a card's money is held for a charge."""
    hidden = ctx.hidden(charge)
    if not charge.paid or "authorization" not in hidden:
        return []
    return [hidden["authorization"]["id"], *hidden.get(INCREMENTS, ())]


async def _answered(ctx: Context, key: str | None) -> list[str]:
    """Return the names of the requests that belong to what a key was answered with."""
    found = await idempotency.find(ctx, key) if key else None
    body: dict[str, Any] = msgspec.json.decode(found.body) if found else {}
    name = str(body.get("id", ""))
    match name.partition("_")[0]:
        case "pi":
            return await paid_by(ctx, name)
        case "ch":
            return names_of(ctx, await ctx.load(Charge, name))
        case "re" | "pyr":
            return list(ctx.hidden(await ctx.load(Refund, name)).get(REQUESTS, ()))
        case _:
            return []


async def _call_back(ctx: Context, asked: Asked) -> None:
    request, acquirer = asked.request, acquirer_of(ctx)
    answer = await acquirer.ask(reversal_of_request(request))
    if answer.outcome == "unknown":
        raise InternalError(f"the acquirer has not answered whether {request.id} is called back")
    if answer.approved:
        log.info("card_request_called_back", request=request.id, act=request.act)
        return
    if request.act != "refund":
        raise InternalError(f"the acquirer refuses to reverse {request.id}: {answer.network_code}")
    paid = await acquirer.ask(request)
    assert request.about is not None, "a refund is about its charge"
    await adopt(ctx, request.about.subject, request.original, paid)
