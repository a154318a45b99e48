"""Whatever comes to an invoice at the same moment, it is paid once or not at all.

Calls and jobs read, decide and are committed in every order, each having read before the others
were committed or right before it is itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import product
from typing import NamedTuple

import msgspec
import pytest

from bezant.api.context import Caller, Context, Stale
from bezant.commit.change_set import Refused
from bezant.kernel.errors import ApiError
from bezant.resources.billing import invoice_jobs, invoices
from bezant.resources.billing.drawing import Draft, DraftLine, draw, pend
from bezant.resources.billing.finalizing import finalize
from bezant.resources.billing.invoice import Invoice, Period, kept_of, lines_of
from bezant.resources.billing.invoice_params import PayInvoice
from bezant.resources.core.customer import Customer
from bezant.resources.core.later import Matter
from bezant.resources.payments import payment_intents
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.payment_intent_params import ConfirmPaymentIntent
from tests.billing.test_invoices import customer
from tests.payments.till import Till

OWED = 700
Act = Callable[[Context, str], Awaitable[object]]


async def pay(ctx: Context, name: str) -> None:
    await invoices.pay(ctx, await ctx.load(Invoice, name), PayInvoice())


async def elsewhere(ctx: Context, name: str) -> None:
    params = PayInvoice(paid_out_of_band=True)
    await invoices.pay(ctx, await ctx.load(Invoice, name), params)


async def void(ctx: Context, name: str) -> None:
    await invoices.void(ctx, await ctx.load(Invoice, name))


async def collect(ctx: Context, name: str) -> None:
    await invoice_jobs.collected(ctx, Matter(ctx.caller.platform, ctx.account, False, name))


async def confirm(ctx: Context, name: str) -> None:
    """Pay in the browser, by the intent."""
    invoice = await ctx.load(Invoice, name)
    customer = await ctx.load(Customer, invoice.customer)
    method = customer.invoice_settings.default_payment_method
    intent = await ctx.load(PaymentIntent, kept_of(ctx, invoice).intent or "")
    await payment_intents.confirm(ctx, intent, ConfirmPaymentIntent(payment_method=method))


ACTS: dict[str, Act] = {each.__name__: each for each in (pay, elsewhere, void, collect, confirm)}


class Interleaving(NamedTuple):
    """Calls in the order of their commits, and after how many commits each has read."""

    acts: tuple[str, ...]
    reads: tuple[int, ...]


def interleavings() -> Iterator[Interleaving]:
    for acts in product(ACTS, repeat=2):
        yield from (Interleaving(acts, (0, read)) for read in (0, 1))
    for acts in (("pay", "void", "collect"), ("confirm", "collect", "pay"),
                 ("void", "pay", "confirm"), ("elsewhere", "collect", "confirm")):  # fmt: skip
        yield Interleaving(acts, (0, 0, 0))


class Play:
    """Plays interleavings on a platform."""

    def __init__(self, till: Till, who: str) -> None:
        self.till, self.who, self.calls = till, who, 0

    def context(self) -> Context:
        self.calls += 1
        name = f"req_billing{self.calls}"
        return self.till.context(Caller(self.till.platform, self.till.platform, False, name))

    async def invoice(self) -> str:
        """Draw an invoice and finalize it; it is collected by itself from now on."""
        ctx = self.context()
        who = await ctx.load(Customer, self.who)
        pend(ctx, who, DraftLine(amount=OWED, currency="usd", period=Period(0, 0)))
        await ctx.write()
        ctx = self.context()
        who = await ctx.load(Customer, self.who)
        draft = Draft(auto_advance=True, currency="usd", customer=who, reason="manual")
        invoice = await finalize(ctx, await draw(ctx, draft))
        await ctx.write()
        return invoice.id

    async def play(self, name: str, wanted: Interleaving) -> None:
        waiting: dict[int, Context | None] = {}
        for turn, act in enumerate(wanted.acts):
            for at, read in enumerate(wanted.reads):
                if read == turn:
                    waiting[at] = await self.read(wanted.acts[at], name, self.context())
            await self.commit(act, name, waiting[turn])

    async def read(self, act: str, name: str, ctx: Context) -> Context | None:
        """Let a call read and decide; None if it is refused."""
        try:
            await ACTS[act](ctx, name)
        except ApiError:
            await ctx.undo()
            return None
        return ctx

    async def commit(self, act: str, name: str, ctx: Context | None) -> None:
        while ctx is not None:
            (outcome,) = await ctx.commit()
            if not isinstance(outcome, Refused):
                return
            assert outcome.code == "stale", outcome
            ctx = await self.read(act, name, ctx.again())


@pytest.mark.alone
def test_an_invoice_is_paid_once_whatever_comes_together(till: Till) -> None:
    play, wanted = Play(till, customer(till)), list(interleavings())
    names = [till.run(play.invoice()) for _ in wanted]

    async def together() -> None:
        await asyncio.gather(*map(play.play, names, wanted))

    till.run(together())
    till.work_off()
    paid = 0
    for name, each in zip(names, wanted, strict=True):
        invoice, intent = till.run(state_of(play.context(), name))
        here = invoice.status == "paid" and not invoice.amount_paid_off_stripe
        assert invoice.status == ("void" if invoice.status == "void" else "paid"), each
        assert intent.status == ("succeeded" if here else "canceled"), each
        assert intent.amount_received == (OWED if here else 0), each
        assert invoice.amount_paid == (0 if invoice.status == "void" else OWED), each
        paid += here
    assert till.ledger()["incoming:cards"] == paid * OWED
    undone = {each.original for each in till.acquirer.asked if each.act == "reverse"}
    held = [each.id for each in till.acquirer.asked
            if each.act == "authorize" and each.id not in undone]  # fmt: skip
    assert len(held) == paid
    told = till.run(events_of(till))
    assert sum(kind == "invoice_payment.paid" for kind, _ in told) == paid
    ends = [name for kind, name in told if kind in ("invoice.paid", "invoice.voided")]
    assert sorted(ends) == sorted(names)


def test_lines_that_are_taken_off_meanwhile_are_read_again(till: Till) -> None:
    play = Play(till, customer(till))

    async def raced() -> None:
        ctx = play.context()
        who = await ctx.load(Customer, play.who)
        pend(ctx, who, DraftLine(amount=OWED, currency="usd", period=Period(0, 0)))
        made = await draw(ctx, Draft(currency="usd", customer=who, reason="manual"))
        await ctx.write()
        early, other = play.context(), play.context()
        known = await early.load(Invoice, made.id)
        await invoices.delete(other, await other.load(Invoice, made.id))
        await other.write()
        with pytest.raises(Stale):
            await lines_of(early, known)

    till.run(raced())


async def state_of(ctx: Context, name: str) -> tuple[Invoice, PaymentIntent]:
    invoice = await ctx.load(Invoice, name)
    return invoice, await ctx.load(PaymentIntent, kept_of(ctx, invoice).intent or "")


async def events_of(till: Till) -> list[tuple[str, str]]:
    """Return kind and object of all events."""
    found: list[tuple[str, str]] = []
    after: dict[str, str] = {}
    while True:
        answer = await till.send("GET", "/v1/events", {"limit": "100", **after})
        page = msgspec.json.decode(answer.text)
        found += [(each["type"], each["data"]["object"]["id"]) for each in page["data"]]
        if not page["has_more"]:
            return found
        after = {"starting_after": page["data"][-1]["id"]}


def test_invoices_of_a_customer_that_are_finalized_at_once_are_numbered_in_turn(till: Till) -> None:
    who = customer(till)
    names = [till.post("/v1/invoices", customer=who)["id"] for _ in range(2)]
    for each in names:
        till.post("/v1/invoiceitems", customer=who, invoice=each, amount=OWED)

    async def together() -> None:
        caller = Caller(till.platform, till.platform, livemode=False)
        first, second = till.context(caller), till.context(caller)
        await second.foresee([(Customer, who, second.book)])
        await finalize(first, await first.load(Invoice, names[0]))
        await first.write()
        await finalize(second, await second.load(Invoice, names[1]))
        with pytest.raises(Stale):
            await second.write()
        again = second.again()
        await finalize(again, await again.load(Invoice, names[1]))
        await again.write()

    till.run(together())
    numbers = [till.get(f"/v1/invoices/{each}")["number"] for each in names]
    assert [each[-4:] for each in numbers] == ["0001", "0002"]
