"""Postal addresses, as they are sent and as they are kept: plain data, none of it checked."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from bezant.api.params import Emptyable, Params

Text = Annotated[str, Meta(max_length=5000)]


class Address(Struct, frozen=True):
    """A postal address; what is not known is null."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class AddressParams(Params):
    """A postal address as it is sent."""

    city: Emptyable[Text] | None = None
    country: Emptyable[Text] | None = None
    line1: Emptyable[Text] | None = None
    line2: Emptyable[Text] | None = None
    postal_code: Emptyable[Text] | None = None
    state: Emptyable[Text] | None = None

    def kept(self) -> Address:
        """Return the address to keep; it takes the place of the one before as a whole."""
        known: dict[str, Any] = self.changes(without=())
        return Address(**known)
