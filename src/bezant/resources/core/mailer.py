"""The mailer as a port: who sends letters to people, in live mode; test mode writes to nobody."""

from typing import Protocol

from msgspec import Struct

from bezant.api.runtime import Runtime


class Letter(Struct, frozen=True):
    """A letter to one person: plain text."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Somebody who sends letters."""

    async def send(self, letter: Letter) -> None:
        """Hand a letter over; raises OSError when nobody takes it, and it is tried again."""
        ...


def mailer_of(runtime: Runtime) -> Mailer | None:
    """Return who sends letters, if anybody does."""
    return runtime.ports.get(Mailer)


def can_write(runtime: Runtime, *, livemode: bool) -> bool:
    """Tell whether people can be asked something; in test mode whoever tests reads the page."""
    return not livemode or mailer_of(runtime) is not None
