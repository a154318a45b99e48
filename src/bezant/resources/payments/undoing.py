"""Undoing: what an acquirer was asked, and no call has committed, goes back to the cardholder.

The books are looked at first, for two calls may have asked under one name. A refund that can't be
called back any more, since it is cleared, has been paid: then it is written down.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec

from bezant.api import idempotency
from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.errors import InternalError, NotFound
from bezant.kernel.log import get_logger
from bezant.rail.cards import reference_of
from bezant.resources.payments.asking import INCREMENTS, Asked, burn, reversal_of_request
from bezant.resources.payments.card import acquirer_of
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.refund_adopted import Given, adopt
from bezant.resources.payments.refund_references import known_by
from bezant.resources.payments.refunding import called_by
from bezant.store.jobs import JobRow

Fence = Callable[[Context, str], Awaitable[str | None]]
"""Uses up the names that an object counts, and returns the intent that is paid under them."""

Payment = Callable[[Context, str], Awaitable[str | None]]
"""Returns the intent behind what a call has answered with, by the id of that."""

Look = Callable[[Context], Awaitable[Collection[str]]]
"""Returns by what references the books know requests, once their names are used up."""

_WELL = 200

log = get_logger(__name__)


async def intent_fence(ctx: Context, name: str) -> str:
    """Use up the names of an intent's requests."""
    intent = await ctx.load(PaymentIntent, name)
    ctx.save(intent, hidden=burn(ctx.hidden(intent)))
    return intent.id


FENCES: Mapping[str, Fence] = {"pi": intent_fence}
"""Fences by the prefix of their ids; packages above this one bring theirs along."""


class Undoer:
    """Runs the jobs."""

    def __init__(
        self, runtime: Runtime, fences: Mapping[str, Fence], payments: Mapping[str, Payment]
    ) -> None:
        """Take the ports, what fences there are besides intents, and what else calls answer with.

        Both are known by the prefix of their ids.
        """
        self._runtime = runtime
        self._payments = payments
        self._fences = {**FENCES, **fences}

    async def run(self, job: JobRow) -> None:
        """Call a request back, unless the books know of it."""
        asked = msgspec.json.decode(job.payload, type=Asked)
        ctx = Context(self._runtime, Caller(asked.platform, asked.account, livemode=asked.livemode))
        reference = reference_of(asked.request.id)
        look = partial(self._answered, asked.key, reference)
        if asked.fence:
            look = partial(self._paid_behind, asked.fence)
        if await is_free(ctx, reference, look):
            await _call_back(ctx, asked)

    async def _paid_behind(self, name: str, ctx: Context) -> Collection[str]:
        """Look behind a fence; behind one that was deleted there is nothing."""
        fence = self._fences[name.partition("_")[0]]
        with suppress(NotFound):
            return await paid_behind(ctx, fence=fence, name=name)
        return []

    async def _answered(self, key: str | None, reference: str, ctx: Context) -> list[str]:
        """Return the references that belong to what a key was answered with.

        Of an answer that may be about any payment nobody can tell here: what is held for nothing
        comes up in the acquirer's files.
        """
        found = await idempotency.find(ctx, key) if key else None
        if found is None or found.status != _WELL:
            return []
        body: dict[str, Any] = msgspec.json.decode(found.body)
        name = str(body.get("id", ""))
        match prefix := name.partition("_")[0]:
            case "pi":
                return await _paid(ctx, name)
            case "ch":
                return holds_of(ctx.hidden(await ctx.load(Charge, name)))
            case "re":
                return known_by(ctx.hidden(await ctx.load(Refund, name)))
            case _ if prefix in self._payments:
                return await _paid(ctx, await self._payments[prefix](ctx, name))
            case _:
                return [reference]


async def is_free(ctx: Context, reference: str, look: Look) -> bool:
    """Tell whether nobody has committed a request; behind a fence nobody can from then on."""
    while True:
        own = ctx.fresh()
        if reference in await look(own):
            return False
        try:
            await own.write()
        except Stale:
            continue
        return True


async def paid_behind(ctx: Context, *, fence: Fence, name: str) -> Collection[str]:
    """Use up the names that an object counts; returns what is held or was taken under them."""
    return await _paid(ctx, await fence(ctx, name))


def holds_of(hidden: Mapping[str, Any]) -> list[str]:
    """Return by what references a charge's hidden part knows what is held for it."""
    first: dict[str, Any] = hidden.get("authorization") or {}
    names = [first["id"], *hidden.get(INCREMENTS, ())] if first else []
    return [reference_of(name) for name in names]


async def _paid(ctx: Context, intent: str | None) -> list[str]:
    found = await ctx.find(PaymentIntent, intent) if intent else None
    if found is None or found.latest_charge is None:
        return []
    charge = await ctx.load(Charge, found.latest_charge)
    return holds_of(ctx.hidden(charge)) if charge.paid else []


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
    given = Given(
        charge=request.about.subject,
        capture=request.original,
        reference=reference_of(request.id),
        acquirer_reference=called_by(paid),
        amount=request.amount,
        pending=paid.pending,
    )
    await adopt(ctx, given)
