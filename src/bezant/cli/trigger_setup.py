"""What leads to the events of cards that are set up, and of mandates."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from bezant.cli.trigger_scene import Act, Object, Outcome, Scene
from bezant.kernel.errors import NotFound

_SETUPS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "setup_intent.created": ("A card is to be set up.", {"confirm": False}),
    "setup_intent.requires_action": (
        "A cardholder whose card is to be set up has to say who they are.",
        {"card": "authenticationRequired"},
    ),
    "setup_intent.setup_failed": (
        "A card that is to be set up is declined.",
        {"card": "chargeDeclined"},
    ),
    "setup_intent.succeeded": ("A customer's card is set up.", {}),
}
"""Events of an intent that is only confirmed."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
_AGREED = {
    "mandate_data[customer_acceptance][type]": "online",
    "mandate_data[customer_acceptance][online][ip_address]": "203.0.113.7",
    "mandate_data[customer_acceptance][online][user_agent]": "Mozilla/5.0",
}


def _setup_act(name: str) -> Callable[[Scene], Awaitable[Outcome]]:
    async def play(scene: Scene) -> Outcome:
        return Outcome(scene.remote, (await _setup(scene, **_SETUPS[name][1]))["id"])

    return play


async def _setup(
    scene: Scene,
    card: str = "visa",
    *,
    confirm: bool = True,
    said: Mapping[str, str] = _NOTHING,
) -> Object:
    """Set a customer's card up; one that is declined stays as it is."""
    customer = await scene.customer()
    form = {"customer": customer["id"], "payment_method": f"pm_card_{card}"}
    made = await scene.remote.post("/v1/setup_intents", **form)
    path = f"/v1/setup_intents/{made['id']}"
    if confirm:
        with suppress(NotFound):  # What a server refuses, a declined card too.
            await scene.remote.post(f"{path}/confirm", **said)
    return await scene.remote.get(path)


async def _canceled(scene: Scene) -> Outcome:
    made = await _setup(scene, confirm=False)
    await scene.remote.post(f"/v1/setup_intents/{made['id']}/cancel")
    return Outcome(scene.remote, made["id"])


async def _mandate_updated(scene: Scene) -> Outcome:
    done = await _setup(scene, said=_AGREED)
    await scene.remote.post(f"/v1/payment_methods/{done['payment_method']}/detach")
    return Outcome(scene.remote, done["mandate"])


SETUP_ACTS: Mapping[str, Act] = {
    **{name: Act(how, _setup_act(name)) for name, (how, _) in _SETUPS.items()},
    "mandate.updated": Act("A card that was set up is let go.", _mandate_updated),
    "setup_intent.canceled": Act("A card is not to be set up after all.", _canceled),
}
"""What leads to the events of cards that are set up."""
