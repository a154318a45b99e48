"""The reserve plan object: what share of an account's payments is kept back, and for how long."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field, to_builtins

from bezant.api.context import Context
from bezant.api.params import Params, Timestamp
from bezant.api.refusals import invalid
from bezant.api.resource import Resource
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect.account import Account, account_of
from bezant.resources.payments.reserve import PLANS, CreatedBy, Terms

MOST_PLANS = 10
MOST_DAYS = 180
_LEAST_DAYS = 3
_DAY_SECONDS = 86_400

Days = Annotated[int, Meta(ge=_LEAST_DAYS, le=MOST_DAYS)]


class FixedRelease(Struct, frozen=True):
    """After when everything is to be released, and when that will be; Unix seconds."""

    release_after: int
    scheduled_release: int


class RollingRelease(Struct, frozen=True):
    """How many days after its payment each hold is released, and until when there are new ones."""

    days_after_charge: int
    expires_on: int | None


class ManualRelease(Struct, frozen=True):
    """Each hold is released by hand."""


class ReservePlan(Resource, tag="reserve.plan"):
    """A share of each payment that is kept back."""

    filters: ClassVar[Mapping[str, str]] = {"status": "status", "due_at": "due_at"}

    created_by: CreatedBy = "application"
    currency: str | None
    destination: Literal["risk_reserved"] = "risk_reserved"
    disabled_at: int | None = None
    fixed_release: FixedRelease | UnsetType = UNSET
    manual_release: ManualRelease | UnsetType = UNSET
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    percent: int
    rolling_release: RollingRelease | UnsetType = UNSET
    status: Literal["active", "disabled", "expired"] = "active"
    type: Literal["fixed_release", "manual_release", "rolling_release"]

    @property
    def ends_at(self) -> int | None:
        """When it ends by itself, in Unix seconds."""
        if isinstance(self.fixed_release, FixedRelease):
            return self.fixed_release.scheduled_release
        if isinstance(self.rolling_release, RollingRelease):
            return self.rolling_release.expires_on
        return None

    @property
    def due_at(self) -> str | None:
        """When it ends by itself, as a column has it."""
        if self.status != "active" or self.ends_at is None:
            return None
        return datetime.fromtimestamp(self.ends_at, UTC).isoformat()

    @property
    def terms(self) -> Terms:
        """What of it counts when a payment comes in."""
        fixed, rolling = self.fixed_release, self.rolling_release
        return Terms(
            id=self.id,
            percent=self.percent,
            currency=self.currency,
            days=rolling.days_after_charge if isinstance(rolling, RollingRelease) else None,
            release_after=fixed.release_after if isinstance(fixed, FixedRelease) else None,
            expires_on=self.ends_at,
        )


class FixedReleaseParams(Params):
    """After when everything is to be released."""

    release_after: Timestamp


class RollingReleaseParams(Params):
    """How long each hold lasts, and until when there are new ones."""

    days_after_charge: Days | None = None
    expires_on: Timestamp | None = None


def release_time(ctx: Context, moment: int, param: str) -> int:
    """Return when something may be released; InvalidRequest if that is too soon or too late."""
    ahead = moment - unix_seconds(ctx.now())
    if not _LEAST_DAYS * _DAY_SECONDS <= ahead <= MOST_DAYS * _DAY_SECONDS:
        raise invalid(
            f"Invalid {param}: what is kept back is released {_LEAST_DAYS} to {MOST_DAYS} days "
            "from now.",
            param,
        )
    return moment


def expiry(ctx: Context, moment: int | None) -> int | None:
    """Return until when a plan goes on; InvalidRequest if that has passed."""
    if moment is not None and moment <= unix_seconds(ctx.now()):
        param = "rolling_release[expires_on]"
        raise invalid(f"Invalid {param}: this has passed already.", param)
    return moment


async def answered_for(ctx: Context) -> Account:
    """Return the acting account, whose platform must answer for what it loses."""
    if not ctx.caller.connected:
        raise InvalidRequest(
            "Reserves are set on connected accounts: name one in the Stripe-Account header."
        )
    account = await account_of(ctx, ctx.account)
    if account.controller.get("losses", {}).get("payments") != "application":
        raise InvalidRequest(
            "Reserves are for accounts whose losses their platform bears: this account's "
            "`controller.losses.payments` is not `application`."
        )
    return account


def put(ctx: Context, account: Account, plan: ReservePlan, *, new: bool = False) -> None:
    """Let payments to an account go by a plan as it now is; those that have ended don't count."""
    hidden = ctx.hidden(account)
    others = [each for each in hidden.get(PLANS, []) if each["id"] != plan.id]
    now = unix_seconds(ctx.now())
    others = [each for each in others if each["expires_on"] is None or each["expires_on"] > now]
    if new and len(others) >= MOST_PLANS:
        raise InvalidRequest(
            f"An account has at most {MOST_PLANS} active reserve plans: disable one first."
        )
    own = [to_builtins(plan.terms)] if plan.status == "active" else []
    ctx.save(account, hidden=hidden | {PLANS: [*others, *own]})
