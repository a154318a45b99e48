"""Reserves: what is kept back of an account's money until it is released, and why.

Plans keep back a share of each payment, in the payment's own change set. What a payment's refunds
and disputes take is taken of what is kept back of it first.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType, convert, field

from bezant.api.context import Context, created_of
from bezant.api.resource import Expands, Resource
from bezant.flows import reserve as flow
from bezant.flows.charge import Purse
from bezant.kernel.codec import unix_seconds
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.balance_transactions import BalanceType, record, record_apart
from bezant.resources.core.owners import Owner
from bezant.resources.payments.charge import Charge

RESERVED: BalanceType = "risk_reserved"
PLANS = "reserve_plans"
"""Where an account's hidden part has the terms of its active plans."""
HOLDS = "reserve_holds"
"""Where a payment's hidden part has the holds of what is kept back of it."""
UNTIL = "until"
"""Where a hold's hidden part has until when its payment is pending, in Unix seconds."""

CreatedBy = Literal["application", "stripe"]
ReleaseReason = Literal["hold_expired", "hold_released_early", "hold_reversed", "plan_disabled"]


class Terms(Struct, frozen=True, kw_only=True):
    """What a plan keeps back of payments; `currency` None is all, times are Unix seconds.

    It is released `days` after the payment, or after a moment, or by hand if there is neither.
    """

    id: str
    percent: int
    currency: str | None = None
    days: int | None = None
    release_after: int | None = None
    expires_on: int | None = None

    def fits(self, currency: str, now: int) -> bool:
        """Tell whether it is about a payment of now."""
        return self.currency in (None, currency) and (
            self.expires_on is None or now < self.expires_on
        )

    def schedule(self, now: datetime) -> "ReleaseSchedule":
        """Return when what is kept back now is released."""
        if self.days is None:
            return scheduled(self.release_after)
        return scheduled(unix_seconds(now + timedelta(days=self.days)))


class ReleaseSchedule(Struct, frozen=True):
    """After when it is to be released, and when that will be; Unix seconds."""

    release_after: int | None
    scheduled_release: int | None


class ReleaseDetail(Struct, frozen=True):
    """A release, and how much of the hold it was."""

    amount: int
    reserve_release: str


class ReserveHold(Resource, tag="reserve.hold"):
    """An amount that is kept back, in minor units."""

    expands: ClassVar[Expands] = {"reserve_plan": ("reserve.plan",), "source_charge": ("charge",)}
    filters: ClassVar[Mapping[str, str]] = {
        "reserve_plan": "parent",
        "source_charge": "source",
        "due_at": "due_at",
    }

    amount: int
    amount_releasable: int
    created_by: CreatedBy
    currency: str
    destination: Literal["risk_reserved"] = "risk_reserved"
    is_releasable: bool = True
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    reason: Literal["charge", "standalone"]
    release_details: list[ReleaseDetail] = field(default_factory=list[ReleaseDetail])
    release_schedule: ReleaseSchedule
    reserve_plan: str | None = None
    source_charge: str | None = None
    source_type: Literal["card"] = "card"

    @property
    def left(self) -> Money:
        """What has not been released of it."""
        return Money(self.amount_releasable, self.currency)

    @property
    def due_at(self) -> str | None:
        """When it is released by time alone (ISO 8601)."""
        moment = self.release_schedule.scheduled_release
        if not self.amount_releasable or moment is None:
            return None
        return datetime.fromtimestamp(moment, UTC).isoformat()


class SourceTransaction(Struct, frozen=True, kw_only=True):
    """The refund or dispute that a release is for."""

    dispute: str | UnsetType = UNSET
    refund: str | UnsetType = UNSET
    type: Literal["dispute", "refund"]


class ReserveRelease(Resource, tag="reserve.release"):
    """An amount that is kept back no more, in minor units."""

    expands: ClassVar[Expands] = {
        "reserve_hold": ("reserve.hold",),
        "reserve_plan": ("reserve.plan",),
        "source_transaction.dispute": ("dispute",),
        "source_transaction.refund": ("refund",),
    }
    filters: ClassVar[Mapping[str, str]] = {"reserve_hold": "parent", "reserve_plan": "source"}

    amount: int
    created_by: CreatedBy
    currency: str
    destination: Literal["payments"] = "payments"
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    reason: ReleaseReason
    released_at: int
    reserve_hold: str
    reserve_plan: str | None = None
    source_transaction: SourceTransaction | UnsetType = UNSET


class Why(Struct, frozen=True, kw_only=True):
    """Why an amount is kept back, or released; `until` is when its payment becomes available."""

    created_by: CreatedBy = "application"
    charge: str | None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    plan: str | None = None
    source: SourceTransaction | UnsetType = UNSET
    until: int | None = None


def scheduled(after: int | None) -> ReleaseSchedule:
    """Return the schedule of a release: midnight (UTC) of the day after a moment."""
    if after is None:
        return ReleaseSchedule(None, None)
    day = datetime.fromtimestamp(after, UTC).date() + timedelta(days=1)
    return ReleaseSchedule(after, unix_seconds(datetime.combine(day, time(), UTC)))


async def keep_back(
    ctx: Context, payment: Charge, amount: Money, fee: int, *, book: Book, until: int | None
) -> None:
    """Keep back what the plans of a payment's account say, no more than its fee leaves.

    The amount has just come into the account's book; it is pending until a Unix second, or
    available at once.
    """
    left = amount.amount - fee
    now = ctx.now()
    held: list[str] = []
    for terms in await _terms_of(ctx, book):
        if not terms.fits(amount.currency, unix_seconds(now)):
            continue
        part = min(amount.amount * terms.percent // 100, left)
        if part <= 0:
            continue
        left -= part
        why = Why(plan=terms.id, charge=payment.id, until=until)
        money = Money(part, amount.currency)
        held.append(hold(ctx, money, terms.schedule(now), why, book=book).id)
    if held:
        payment = ctx.current(payment)
        hidden = ctx.hidden(payment)
        ctx.save(payment, hidden=hidden | {HOLDS: [*hidden.get(HOLDS, []), *held]})


def hold(
    ctx: Context, amount: Money, schedule: ReleaseSchedule, why: Why, *, book: Book
) -> ReserveHold:
    """Keep an amount back, out of what is pending or may be spent."""
    name = ctx.new_id("reshold", book)
    purse: Purse = "available" if why.until is None else "pending"
    ctx.post(flow.held(amount, book=book, purse=purse), source=name)
    record(ctx, "reserve_hold", -amount, source=name, book=book, pending_until=why.until)
    record_apart(ctx, RESERVED, "reserve_hold", amount, source=name, book=book)
    made = ReserveHold(
        id=name,
        amount=amount.amount,
        amount_releasable=amount.amount,
        created=created_of(name),
        created_by=why.created_by,
        currency=amount.currency,
        livemode=ctx.livemode,
        metadata=why.metadata,
        reason="standalone" if why.charge is None else "charge",
        release_schedule=schedule,
        reserve_plan=why.plan,
        source_charge=why.charge,
    )
    hidden = {} if why.until is None else {UNTIL: why.until}
    return ctx.create(made, book=book, hidden=hidden, event="reserve.hold.created")


def release(
    ctx: Context, held: ReserveHold, amount: Money, reason: ReleaseReason, why: Why, *, book: Book
) -> ReserveRelease:
    """Let an account have an amount again that was kept back, as pending as its payment is."""
    assert amount <= held.left, f"no more of {held.id} is released than is left"
    name = ctx.new_id("resrel", book)
    until: int | None = ctx.hidden(held).get(UNTIL)
    if until is not None and until <= unix_seconds(ctx.now()):
        until = None
    purse: Purse = "available" if until is None else "pending"
    ctx.post(flow.released(amount, book=book, purse=purse), source=name)
    record_apart(ctx, RESERVED, "reserve_release", -amount, source=name, book=book)
    record(ctx, "reserve_release", amount, source=name, book=book, pending_until=until)
    left = held.amount_releasable - amount.amount
    detail = ReleaseDetail(amount.amount, name)
    ctx.save(
        held,
        amount_releasable=left,
        is_releasable=left > 0,
        release_details=[detail, *held.release_details],
        event="reserve.hold.updated",
    )
    made = ReserveRelease(
        id=name,
        amount=amount.amount,
        created=created_of(name),
        created_by=why.created_by,
        currency=amount.currency,
        livemode=ctx.livemode,
        metadata=why.metadata,
        reason=reason,
        released_at=created_of(name),
        reserve_hold=held.id,
        reserve_plan=held.reserve_plan,
        source_transaction=why.source,
    )
    return ctx.create(made, book=book, event="reserve.release.created")


async def draw_on(
    ctx: Context, payment: Charge, amount: Money, source: SourceTransaction, *, book: Book
) -> None:
    """Release what a refund or a dispute of a payment takes, as far as it was kept back of it."""
    left = amount
    why = Why(created_by="stripe", source=source)
    for name in ctx.hidden(payment).get(HOLDS, []):
        held = ctx.current(await ctx.load(ReserveHold, name, book=book))
        part = min(left, held.left) if held.currency == left.currency else None
        if part:
            release(ctx, held, part, "hold_reversed", why, book=book)
            left -= part


async def _terms_of(ctx: Context, book: Book) -> Sequence[Terms]:
    """Return the terms of an account's active plans; those of platforms have none."""
    if book.owner == ctx.caller.platform:
        return ()
    hidden = ctx.known_hidden(book.owner)
    if hidden is None:
        owner = await ctx.find(Owner, book.owner, book=ctx.platform_book)
        hidden = {} if owner is None else ctx.hidden(owner)
    return convert(hidden.get(PLANS, []), tuple[Terms, ...])
