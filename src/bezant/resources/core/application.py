"""Applications: a platform, as it is named to the accounts that it acts for."""

from bezant.api.context import Context
from bezant.api.resource import Identified


class Application(Identified, tag="application"):
    """A platform with its name, if it has one."""

    name: str | None = None


def application_of(platform: str) -> str:
    """Return the id of a platform as an application."""
    return f"ca_{platform.removeprefix('acct_')}"


def acting_application(ctx: Context) -> str | None:
    """Return the application that acts for a connected account; None for a platform's own acts."""
    return application_of(ctx.caller.platform) if ctx.caller.connected else None
