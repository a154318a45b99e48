"""What has to be known of a business before it may do something: dated data, by country and type.

A need names a field as the API does. Of persons it begins with their part in the business:
`individual`, `representative`, `owners`, `directors`, `executives`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

Stage = Literal["minimum", "later", "dated"]
"""Needed before anything else; some time after the account has begun; from a day on."""


class Need(NamedTuple):
    """A field that has to be known; `instead` are groups of fields that will do as well."""

    field: str
    stage: Stage = "minimum"
    instead: tuple[tuple[str, ...], ...] = ()
    since: date | None = None


class Country(NamedTuple):
    """What is particular about a country.

    `state` says that addresses have states, `number` which personal number is asked for, `boards`
    that directors and executives are named, `register` that companies have a number in a register,
    `politics` that people are asked for offices they hold.
    """

    state: bool = False
    number: Literal["ssn", "id", "none"] = "none"
    boards: bool = False
    register: bool = False
    politics: bool = False


_UNION = Country(boards=True)
_EVERYWHERE = Country()
_MEMBERS = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
COUNTRIES: Mapping[str, Country] = {
    "US": Country(state=True, number="ssn"),
    "CA": Country(state=True, number="id"),
    "AU": Country(state=True),
    "BR": Country(state=True, number="id", politics=True),
    "IN": Country(state=True, number="id"),
    "MX": Country(state=True, number="id", politics=True),
    "SG": Country(number="id", politics=True),
    "HK": Country(number="id", register=True),
    "JP": Country(state=True),
    "GB": Country(boards=True, register=True),
    **dict.fromkeys(_MEMBERS, _UNION),
    **dict.fromkeys(("CH", "LI", "NO", "GI"), _UNION),
}
REGISTERED_SINCE = date(2027, 4, 1)
"""From when on companies in Europe give their number in the register."""

_TAX_FORMS = frozenset({"tax_reporting_us_1099_k", "tax_reporting_us_1099_misc"})
OF_RECIPIENTS = frozenset({"transfers"})
"""All that an account with the agreement of recipients may ask for."""
_DAY = ("dob.day", "dob.month", "dob.year")
_NAMES = ("first_name", "last_name")


def traits_of(country: str) -> Country:
    """Return what is particular about a country."""
    return COUNTRIES.get(country, _EVERYWHERE)


def needs(
    country: str, business_type: str | None, agreement: str, capability: str
) -> Sequence[Need]:
    """Return what a capability needs; without a business type, what can be said before it."""
    traits = traits_of(country)
    if capability in _TAX_FORMS:
        return [*_of_tax_form(business_type)]
    accepted = [Need("tos_acceptance.date"), Need("tos_acceptance.ip")]
    if agreement == "recipient" and capability in OF_RECIPIENTS:
        return [*accepted, *_of_recipient(business_type)]
    profile = [
        Need("business_profile.mcc"),
        Need("business_profile.url", instead=(("business_profile.product_description",),)),
    ]
    if business_type is None:
        return [Need("business_type"), *profile, *accepted]
    return [*profile, *accepted, *_of_business(traits, business_type)]


def _of_recipient(business_type: str | None) -> Iterator[Need]:
    if business_type is None:
        yield Need("business_type")
    elif business_type == "individual":
        yield from (Need(f"individual.{name}") for name in (*_NAMES, *_DAY))
    else:
        yield Need("company.name")
        yield from (Need(f"representative.{name}") for name in _NAMES)


def _of_tax_form(business_type: str | None) -> Iterator[Need]:
    if business_type is None:
        yield Need("business_type")
    elif business_type == "individual":
        yield from (Need(f"individual.{name}") for name in (*_NAMES, "id_number"))
        yield from _address("individual", COUNTRIES["US"])
    else:
        yield from (Need(f"company.{name}") for name in ("name", "tax_id"))
        yield from _address("company", COUNTRIES["US"])


def _of_business(traits: Country, business_type: str) -> Iterator[Need]:
    if business_type == "individual":
        yield from _person("individual", traits)
        return
    yield from (Need(f"company.{name}") for name in ("name", "phone", "tax_id"))
    yield from _address("company", traits)
    if traits.register:
        yield Need("company.registration_number")
    elif traits.boards:
        yield Need("company.registration_number", "dated", since=REGISTERED_SINCE)
    yield from _person("representative", traits)
    yield Need("representative.relationship.title")
    if business_type == "company":
        yield Need("company.owners_provided")
        yield from _member("owners", traits)
    if traits.boards and business_type in ("company", "non_profit"):
        for board in ("directors", "executives"):
            yield Need(f"company.{board}_provided")
            yield from (Need(f"{board}.{name}") for name in (*_NAMES, "email"))


def _person(part: str, traits: Country) -> Iterator[Need]:
    yield from (Need(f"{part}.{name}") for name in (*_NAMES, *_DAY, "email", "phone"))
    yield from _address(part, traits)
    if traits.number == "ssn":
        yield Need(f"{part}.ssn_last_4", instead=((f"{part}.id_number",),))
        yield Need(f"{part}.id_number", "later")
    elif traits.number == "id":
        yield Need(f"{part}.id_number")
    if traits.politics:
        yield Need(f"{part}.political_exposure")


def _member(part: str, traits: Country) -> Iterator[Need]:
    yield from (Need(f"{part}.{name}") for name in (*_NAMES, "email"))
    yield from (Need(f"{part}.{name}", "later") for name in _DAY)
    yield from (need._replace(stage="later") for need in _address(part, traits))


def _address(part: str, traits: Country) -> Iterator[Need]:
    names = (
        ("line1", "city", "state", "postal_code")
        if traits.state
        else ("line1", "city", "postal_code")
    )
    yield from (Need(f"{part}.address.{name}") for name in names)
