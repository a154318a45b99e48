"""What a page asks for besides the payment: where goods go to, and what is agreed to."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from bezant.api.params import Params
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.page_fields import (
    CITY,
    COUNTRY,
    FIELDS,
    LINE1,
    LINE2,
    NAME,
    POSTAL_CODE,
    STATE,
    Asked,
    Field,
    Row,
)
from bezant.resources.core.address import Address
from bezant.resources.core.countries import countries
from bezant.resources.core.customer import Shipping
from bezant.resources.core.refused import only

_ALWAYS_SAID = "The page always says what is agreed to: leave it out, or send auto."
_TERMS, _PROMOTIONS = "terms_of_service", "promotions"
_BUSINESS, _INDIVIDUAL = "business_name", "individual_name"
_NAMES = {
    _BUSINESS: Field(
        label="Name of the business",
        asked="Enter the name of the business.",
        complete="organization",
    ),
    _INDIVIDUAL: Field(label="Your name", asked="Enter your name.", complete="name"),
}
_SHIP = "ship_"
"""What the names of the fields begin with that are about where goods go to."""


class ReuseAgreement(Struct, frozen=True):
    """Where it is said what whoever saves a method agrees to."""

    position: Literal["auto"] = "auto"


class ConsentCollection(Struct, frozen=True, kw_only=True):
    """What whoever pays is asked to agree to."""

    payment_method_reuse_agreement: ReuseAgreement | None = None
    promotions: Literal["auto", "none"] | None = None
    terms_of_service: Literal["none", "required"] | None = None


class Consent(Struct, frozen=True, kw_only=True):
    """What whoever pays has agreed to."""

    promotions: Literal["opt_in", "opt_out"] | None = None
    terms_of_service: Literal["accepted"] | None = None


class ShippingAddressCollection(Struct, frozen=True):
    """The countries that goods are sent to."""

    allowed_countries: tuple[str, ...]


class ShippingDetails(Struct, frozen=True):
    """Who gets the goods, and where."""

    address: Address
    name: str


class CollectedInformation(Struct, frozen=True, kw_only=True):
    """What was typed in besides."""

    business_name: str | None = None
    individual_name: str | None = None
    shipping_details: ShippingDetails | None = None


class NameAsked(Struct, frozen=True):
    """Whether a name is asked for, and whether it may be left out."""

    enabled: bool
    optional: bool = False


class NameCollection(Struct, frozen=True):
    """Which names are asked for besides that of whoever pays."""

    business: NameAsked | UnsetType = UNSET
    individual: NameAsked | UnsetType = UNSET


class NameParams(Params):
    """Whether a name is asked for, and whether it may be left out."""

    enabled: bool
    optional: bool = False


class NameCollectionParams(Params):
    """Which names the page asks for."""

    business: NameParams | None = None
    individual: NameParams | None = None


class ReuseAgreementParams(Params):
    """Where it is said what whoever saves a method agrees to."""

    position: Annotated[str, only("auto", why=_ALWAYS_SAID)]


class ConsentCollectionParams(Params):
    """What whoever pays is to agree to."""

    payment_method_reuse_agreement: ReuseAgreementParams | None = None
    promotions: Literal["auto", "none"] | None = None
    terms_of_service: Literal["none", "required"] | None = None


class ShippingCollectionParams(Params):
    """The countries that goods are sent to."""

    allowed_countries: Annotated[list[str], Meta(min_length=1, max_length=300)]


def consent_of(sent: ConsentCollectionParams | None) -> ConsentCollection | None:
    """Return what is to be agreed to."""
    if sent is None:
        return None
    reuse = sent.payment_method_reuse_agreement
    return ConsentCollection(
        payment_method_reuse_agreement=None if reuse is None else ReuseAgreement(),
        promotions=sent.promotions,
        terms_of_service=sent.terms_of_service,
    )


def shipping_of(sent: ShippingCollectionParams | None) -> ShippingAddressCollection | None:
    """Return where goods may go to; InvalidRequest for a country that there is not."""
    if sent is None:
        return None
    for at, code in enumerate(sent.allowed_countries):
        if code not in countries():
            raise InvalidRequest(
                f"{code[:16]!r} is no country code of ISO 3166-1, such as US or DE.",
                param=f"shipping_address_collection[allowed_countries][{at}]",
            )
    return ShippingAddressCollection(tuple(dict.fromkeys(sent.allowed_countries)))


def names_of(sent: NameCollectionParams | None) -> NameCollection | UnsetType:
    """Return which names are asked for."""
    if sent is None:
        return UNSET
    return NameCollection(_asked(sent.business), _asked(sent.individual))


def _asked(sent: NameParams | None) -> NameAsked | UnsetType:
    return UNSET if sent is None else NameAsked(sent.enabled, sent.optional)


def name_rows(asked: NameCollection | UnsetType) -> list[Row]:
    """Return what a form asks about names."""
    known = () if asked is UNSET else ((_INDIVIDUAL, asked.individual), (_BUSINESS, asked.business))
    return [
        [Asked(name, _NAMES[name], required=not each.optional)]
        for name, each in known
        if each is not UNSET and each.enabled
    ]


def shipping_rows(asked: ShippingAddressCollection | None) -> list[Row]:
    """Return what a form asks about where goods go to."""
    if asked is None:
        return []
    names = countries()
    country = Field(
        label="Country",
        asked="Choose the country of delivery.",
        complete="shipping country",
        kind="select",
        choices=[(code, names[code]) for code in names if code in asked.allowed_countries],
    )
    name = Field(
        label="Name", asked="Enter the name of whoever receives it.", complete="shipping name"
    )
    return [
        [Asked(_SHIP + NAME, name)],
        [Asked(_SHIP + COUNTRY, country)],
        [_address_field(LINE1)],
        [_address_field(LINE2, required=False)],
        [_address_field(CITY), _address_field(POSTAL_CODE)],
        [_address_field(STATE, required=False)],
    ]


def _address_field(name: str, *, required: bool = True) -> Asked:
    field = FIELDS[name]
    return Asked(_SHIP + name, replace(field, complete=f"shipping {field.complete}"), required)


def consent_rows(asked: ConsentCollection | None, merchant: str, terms: str) -> list[Row]:
    """Return what a form asks to agree to; `terms` are the merchant's own words for its own."""
    rows: list[Row] = []
    if asked is not None and asked.promotions == "auto":
        label = f"Send me news and offers of {merchant}."
        rows.append([Asked(_PROMOTIONS, Field(label=label, kind="check"), required=False)])
    if asked is not None and asked.terms_of_service == "required":
        label = terms or f"I agree to the terms of service of {merchant}."
        field = Field(label=label, asked="You can only pay if you agree to this.", kind="check")
        rows.append([Asked(_TERMS, field)])
    return rows


def collected(
    names: NameCollection | UnsetType,
    shipping: ShippingAddressCollection | None,
    consent: ConsentCollection | None,
    typed: Mapping[str, str],
) -> dict[str, Any]:
    """Return what was typed in, as a session keeps it."""
    told: dict[str, Any] = {}
    known: dict[str, Any] = {}
    if names is not UNSET:
        known = {name: typed.get(name) for name in (_BUSINESS, _INDIVIDUAL)}
    if shipping is not None:
        parts = (LINE1, LINE2, CITY, STATE, POSTAL_CODE, COUNTRY)
        address = Address(**{name: typed.get(_SHIP + name) for name in parts})
        known["shipping_details"] = ShippingDetails(address, typed.get(_SHIP + NAME, ""))
    if known:
        told["collected_information"] = CollectedInformation(**known)
    if consent is not None:
        said = "opt_in" if typed.get(_PROMOTIONS) else "opt_out"
        told["consent"] = Consent(
            promotions=said if consent.promotions == "auto" else None,
            terms_of_service="accepted" if consent.terms_of_service == "required" else None,
        )
    return told


def shipping_to(known: CollectedInformation | None) -> Shipping | None:
    """Return where a payment's goods go to, if that was asked."""
    details = known.shipping_details if known else None
    return None if details is None else Shipping(address=details.address, name=details.name)
