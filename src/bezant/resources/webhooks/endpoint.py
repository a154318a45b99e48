"""What webhook endpoints and event destinations have in common: secrets, address, hidden part.

Both are sent events by the same machinery; what no answer shows of them is stored in one form.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, convert, to_builtins
from msgspec.structs import replace

from bezant.api import refusals
from bezant.api.context import Context
from bezant.api.runtime import API_VERSION
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.secret import Secret
from bezant.resources.webhooks.destination import problem_with

KINDS = ("webhook_endpoint", "v2.core.event_destination")
MOST_TYPES = 500
MOST_SECRETS = 4
FAILED = "delivery_failed"
"""Why an endpoint is disabled that did not take anything for days."""

DAY_SECONDS = 86_400
OverlapSeconds = Annotated[int, Meta(ge=0, le=7 * DAY_SECONDS)]
Order = Literal["none", "object"]


class OldSecret(Struct, omit_defaults=True):
    """A secret that was rolled and signs until a moment, in Unix seconds."""

    secret: str
    until: int


class EndpointHidden(Struct, omit_defaults=True):
    """What is stored with an endpoint and never shown.

    `url` is there for destinations, whose address is shown on request only; `connect` for
    endpoints that listen to connected accounts; `account` for those of a connected account, whose
    platform hears of them, too; `reason` and `disabled_at` (Unix seconds) while
    it is disabled.
    """

    secret: str
    old: list[OldSecret] = []
    url: str | None = None
    connect: bool = False
    account: str | None = None
    order: Order = "none"
    reason: str | None = None
    disabled_at: int | None = None

    @classmethod
    def new(
        cls, ctx: Context, *, url: str | None = None, connect: bool = False
    ) -> "EndpointHidden":
        """Return what is stored with a new endpoint of the acting account."""
        account = ctx.account if ctx.caller.connected else None
        return cls(secret=new_secret(ctx), url=url, connect=connect, account=account)

    @classmethod
    def of(cls, hidden: dict[str, Any]) -> "EndpointHidden":
        """Return the hidden part that a context has loaded."""
        return convert(hidden, cls)

    def stored(self) -> dict[str, Any]:
        """Return it as a context stores it."""
        stored: dict[str, Any] = to_builtins(self)
        return stored

    def secrets(self, now: datetime) -> Sequence[Secret]:
        """Return what signs at a moment: the newest secret first."""
        at = unix_seconds(now)
        return [Secret(self.secret), *(Secret(each.secret) for each in self.old if each.until > at)]

    def rolled(self, secret: str, now: datetime, overlap_s: int) -> "EndpointHidden":
        """Return it with another secret beside which the one before signs for a while."""
        at = unix_seconds(now)
        kept = [each for each in self.old if each.until > at]
        old = [OldSecret(self.secret, at + overlap_s), *kept] if overlap_s else kept
        if len(old) >= MOST_SECRETS:
            raise InvalidRequest(
                f"An endpoint signs with at most {MOST_SECRETS} secrets at once. Wait until an "
                "old one has expired, or roll with `expires_in` 0.",
                code="parameter_invalid",
                param="expires_in",
            )
        return replace(self, secret=secret, old=old)

    def disabled(self, reason: str, now: datetime) -> "EndpointHidden":
        """Return it with the reason why it is sent nothing."""
        return replace(self, reason=reason, disabled_at=unix_seconds(now))

    def enabled(self) -> "EndpointHidden":
        """Return it without such a reason."""
        return replace(self, reason=None, disabled_at=None)


def check_url(ctx: Context, url: str, param: str) -> None:
    """Refuse an address that webhooks must not go to."""
    problem = problem_with(url, livemode=ctx.livemode)
    if problem is not None:
        raise InvalidRequest(f"Invalid URL. {problem}", code="url_invalid", param=param)


def check_version(text: str, param: str) -> str:
    """Refuse another version of the API than the one in which events are made."""
    if text != API_VERSION:
        raise InvalidRequest(
            f"Events are made in API version {API_VERSION} only. Leave {param} out.",
            code="parameter_invalid",
            param=param,
        )
    return text


def checked_types(names: Sequence[str], known: frozenset[str]) -> list[str]:
    """Return event types, each once. Raises InvalidRequest for one that there is not."""
    for at, name in enumerate(names):
        if name not in known:
            raise refusals.invalid(
                f"Invalid enabled_events[{at}]: {refusals.cut(name)} is not an event type.",
                f"enabled_events[{at}]",
            )
    return list(dict.fromkeys(names))


def new_secret(ctx: Context) -> str:
    """Return 249 random bits: three request ids, which are nothing but random digits."""
    ids = ctx.runtime.ids
    return "whsec_" + "".join(ids.request_id().removeprefix("req_") for _ in range(3))
