"""What leads to the events of movements: somebody outside pays, and wants the money back."""

from typing import Any

from bezant.cli.trigger_scene import TAKES, Act, Object, Outcome, Scene

_SIMULATIONS = "/v1/test_helpers/simulations"
_RAIL = "fednow"
_CENTS = 700


async def _recall_requested(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _asked_back(scene))["id"])


async def _recall_answered(scene: Scene) -> Outcome:
    movement = await _asked_back(scene)
    path = f"/v1/movements/{movement['id']}/answer_recall"
    await scene.remote.post(path, answer="refuse", reason="CUST")
    return Outcome(scene.remote, movement["id"])


async def _asked_back(scene: Scene) -> Object:
    """Let somebody pay in, and ask for it back."""
    await _simulate(scene, action="credit", amount=_CENTS, account=TAKES)
    came = await scene.until(scene.remote, "/v1/movements/unclaimed", lambda it: bool(_new(it)))
    name: str = _new(came)[0]["id"]
    await _simulate(scene, action="recall", target=name)
    asked = await scene.until(
        scene.remote, "/v1/movements/recalls", lambda it: name in {one["id"] for one in it["data"]}
    )
    return next(one for one in asked["data"] if one["id"] == name)


def _new(page: Object) -> list[Object]:
    """Return what has come by message and nobody has asked back."""
    return [one for one in page["data"] if one["rail"] == _RAIL and one["recall"] is None]


async def _simulate(scene: Scene, **form: Any) -> None:
    made = await scene.remote.post(_SIMULATIONS, rail=_RAIL, **form)
    await scene.status(scene.remote, f"{_SIMULATIONS}/{made['id']}", "done")


MOVEMENT_ACTS = {
    "movement.recall_requested": Act("Somebody wants a payment back.", _recall_requested),
    "movement.recall_answered": Act("A recall is refused.", _recall_answered),
}
"""Every event of movements."""
