"""What leads to the events of reserves."""

from collections.abc import Awaitable, Callable, Mapping

from bezant.cli.remote import Remote
from bezant.cli.trigger_scene import Act, Object, Outcome, Scene

_DAYS = 30 * 86_400


async def _plan(scene: Scene) -> tuple[Remote, Object]:
    """Let a share of a new account's payments be kept back."""
    seller = scene.remote.acting_for((await scene.seller())["id"])
    plan = await seller.post("/v1/reserve/plans", percent=10, type="manual_release")
    return seller, plan


async def _hold(scene: Scene) -> tuple[Remote, Object]:
    """Keep back a part of what a new account has."""
    transfer = await scene.transfer()
    seller = scene.remote.acting_for(transfer["destination"])
    after = transfer["created"] + _DAYS  # By the server's time, which may have been moved.
    form = {"amount": 500, "currency": "usd", "release_schedule[release_after]": after}
    return seller, await seller.post("/v1/reserve/holds", **form)


async def _plan_created(scene: Scene) -> Outcome:
    seller, plan = await _plan(scene)
    return Outcome(seller, plan["id"])


async def _plan_updated(scene: Scene) -> Outcome:
    seller, plan = await _plan(scene)
    await seller.post(f"/v1/reserve/plans/{plan['id']}", percent=20)
    return Outcome(seller, plan["id"])


async def _plan_disabled(scene: Scene) -> Outcome:
    seller, plan = await _plan(scene)
    await seller.post(f"/v1/reserve/plans/{plan['id']}/disable")
    return Outcome(seller, plan["id"])


async def _hold_created(scene: Scene) -> Outcome:
    seller, held = await _hold(scene)
    return Outcome(seller, held["id"])


async def _hold_updated(scene: Scene) -> Outcome:
    seller, held = await _hold(scene)
    await seller.post("/v1/reserve/releases", reserve_hold=held["id"], amount=100)
    return Outcome(seller, held["id"])


async def _release_created(scene: Scene) -> Outcome:
    seller, held = await _hold(scene)
    made = await seller.post("/v1/reserve/releases", reserve_hold=held["id"])
    return Outcome(seller, made["id"])


_PLAYS: Mapping[str, tuple[str, Callable[[Scene], Awaitable[Outcome]]]] = {
    "reserve.hold.created": ("A part of an account's balance is kept back.", _hold_created),
    "reserve.hold.updated": ("Some of what is kept back is released.", _hold_updated),
    "reserve.plan.created": ("A share of an account's payments is kept back.", _plan_created),
    "reserve.plan.disabled": ("A share of payments is kept back no more.", _plan_disabled),
    "reserve.plan.updated": ("Another share of payments is kept back.", _plan_updated),
    "reserve.release.created": ("What is kept back is released.", _release_created),
}
RESERVE_ACTS: Mapping[str, Act] = {name: Act(*play) for name, play in _PLAYS.items()}
"""What leads to the events of reserves."""
