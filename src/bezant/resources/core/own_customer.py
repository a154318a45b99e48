"""What an ephemeral key may do: only what belongs to the customer whose key it is."""

from bezant.api.context import Context
from bezant.api.params import Params
from bezant.kernel.errors import Forbidden


def check_own(ctx: Context, customer: str | None) -> None:
    """Refuse, as Forbidden, an ephemeral key of another customer than the one that is named."""
    if ctx.caller.customer not in (None, customer):
        raise Forbidden(
            f"This ephemeral key is for the customer {ctx.caller.customer} alone. Please use a "
            "secret key.",
            code="secret_key_required",
        )


def only_from_apps(params: Params, *names: str) -> None:
    """Refuse, as Forbidden, what an app may not change with its ephemeral key."""
    others = sorted(params.changes(without=names))
    if others:
        raise Forbidden(
            f"An ephemeral key can't change {others[0]}. Please use a secret key.",
            code="secret_key_required",
            param=others[0],
        )
