"""Where what is paid for is sent, by whom, and how it is followed."""

from bezant.api.params import Emptyable
from bezant.resources.core.address import Text
from bezant.resources.core.customer import Shipping
from bezant.resources.core.customer_params import ShippingParams


class Parcel(Shipping, frozen=True):
    """Where goods are sent, and by which carrier."""

    carrier: str | None = None
    tracking_number: str | None = None


class ParcelParams(ShippingParams):
    """Where goods are to be sent, and by which carrier."""

    carrier: Emptyable[Text] | None = None
    tracking_number: Emptyable[Text] | None = None


def parcel_of(sent: ShippingParams) -> Parcel:
    """Return it as it is kept."""
    carrier = number = None
    if isinstance(sent, ParcelParams):
        carrier, number = sent.carrier or None, sent.tracking_number or None
    return Parcel(sent.address.kept(), sent.name, sent.phone or None, carrier, number)
