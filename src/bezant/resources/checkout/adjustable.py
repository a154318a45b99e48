"""Quantities that whoever pays may change: within what limits, and what that makes of the lines."""

from typing import Annotated

from msgspec import Meta, Struct

from bezant.api.params import Params
from bezant.kernel.errors import InvalidRequest

_MOST, _USUAL_MOST = 999_999, 99
_Limit = Annotated[int, Meta(ge=0, le=_MOST)]


class Adjustable(Struct, frozen=True, kw_only=True):
    """Whether the quantity of a line may be changed, and within what limits."""

    enabled: bool
    maximum: int | None = None
    minimum: int | None = None

    def within(self, quantity: int) -> int:
        """Return the quantity that is nearest to one, within the limits."""
        return max(self.least, min(self.most, quantity))

    @property
    def least(self) -> int:
        """The least that may be bought."""
        return self.minimum or 0

    @property
    def most(self) -> int:
        """The most that may be bought."""
        return _USUAL_MOST if self.maximum is None else self.maximum


class AdjustableParams(Params):
    """Whether the customer may change the quantity, and within what limits."""

    enabled: bool
    maximum: _Limit | None = None
    minimum: _Limit | None = None


def adjustable_of(sent: AdjustableParams | None, quantity: int, param: str) -> Adjustable | None:
    """Return what was sent; InvalidRequest for limits that the quantity is not within."""
    if sent is None or not sent.enabled:
        return None
    made = Adjustable(enabled=True, maximum=sent.maximum, minimum=sent.minimum)
    if made.within(quantity) != quantity or made.least > made.most:
        raise InvalidRequest(
            f"The quantity {quantity} is not between {made.least} and {made.most}.",
            param=f"{param}[adjustable_quantity]",
        )
    return made
