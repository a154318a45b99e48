"""The form of the checkout page: what it asks for, what is missing in it, and what it becomes."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from bezant.api.decoders import decoder
from bezant.resources.checkout.collecting import (
    collected,
    consent_rows,
    name_rows,
    shipping_rows,
)
from bezant.resources.checkout.custom_fields import asked_of, filled
from bezant.resources.checkout.page_fields import (
    ADDRESS,
    CITY,
    COUNTRY,
    EMAIL,
    FIELDS,
    LINE1,
    LINE2,
    NAME,
    PHONE,
    POSTAL_CODE,
    STATE,
    Asked,
    Row,
    Section,
)
from bezant.resources.checkout.page_ways import WAYS
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.core.countries import countries
from bezant.resources.payments.payment_method_details import CreatePaymentMethod

_LONGEST = 500
_method = decoder(CreatePaymentMethod)


def is_email(text: str) -> bool:
    """Tell whether a text can be an e-mail address."""
    name, _, host = text.rpartition("@")
    spaces = any(character.isspace() for character in text)
    return bool(name and host) and not spaces and len(text) <= _LONGEST


def kind_of(session: CheckoutSession, asked: str | None) -> str:
    """Return the type of payment method that is asked for, or the first that can be used."""
    types = session.payment_method_types
    return asked if asked is not None and asked in types else types[0]


def sections_of(session: CheckoutSession, kind: str, merchant: str = "") -> list[Section]:
    """Return what the form asks for to pay in a way, part by part."""
    contact: list[Row] = []
    if session.email is None:
        contact.append([Asked(EMAIL, FIELDS[EMAIL])])
    if session.phone_number_collection.enabled:
        contact.append([Asked(PHONE, FIELDS[PHONE])])
    contact += name_rows(session.name_collection)
    own: list[Row] = [[asked] for asked in asked_of(session.custom_fields)]
    terms = session.custom_text.terms_of_service_acceptance
    agreed = consent_rows(session.consent_collection, merchant, terms.message if terms else "")
    sent_to = session.custom_text.shipping_address
    parts = [
        Section("", contact),
        Section(
            "Delivery",
            shipping_rows(session.shipping_address_collection),
            sent_to.message if sent_to else "",
        ),
        Section("", own),
        *payment_sections(kind, address=session.billing_address_collection == "required"),
        Section("", agreed),
    ]
    return [part for part in parts if part.rows]


def fields_of(session: CheckoutSession, kind: str) -> list[Asked]:
    """Return all fields that the form asks for to pay in a way."""
    return [asked for part in sections_of(session, kind) for row in part.rows for asked in row]


def payment_sections(kind: str, *, address: bool = False) -> list[Section]:
    """Return what is asked for to pay in a way, with the whole address if that is wanted."""
    way = WAYS[kind]
    rows: list[Row] = [[_of_way(kind, name) for name in row] for row in way.rows]
    if way.billing == "address" or address:
        return [Section("", rows), Section("Billing address", _address())]
    if way.billing == "country":
        postal = Asked(POSTAL_CODE, FIELDS[POSTAL_CODE], required=False)
        rows.append([Asked(COUNTRY, FIELDS[COUNTRY]), postal])
    return [Section("", rows)]


def _of_way(kind: str, name: str) -> Asked:
    way, field = WAYS[kind], FIELDS[name]
    if name == NAME:
        field = replace(field, label=way.name, asked=way.ask_name)
    if name in way.exact:
        pattern, asked = way.exact[name]
        field = replace(field, pattern=pattern, asked=asked)
    return Asked(name, field)


def _address() -> list[Row]:
    return [
        [Asked(COUNTRY, FIELDS[COUNTRY])],
        [Asked(LINE1, FIELDS[LINE1])],
        [Asked(LINE2, FIELDS[LINE2], required=False)],
        [Asked(CITY, FIELDS[CITY]), Asked(POSTAL_CODE, FIELDS[POSTAL_CODE])],
        [Asked(STATE, FIELDS[STATE], required=False)],
    ]


def cleaned(fields: Sequence[Asked], typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into the fields of a form, and nothing else."""
    known = {asked.name: asked.field.clean(typed.get(asked.name, "")) for asked in fields}
    return {name: value for name, value in known.items() if value}


def gaps(fields: Sequence[Asked], typed: Mapping[str, str]) -> dict[str, str]:
    """Return what is missing or can't be right, by the names of the fields, in their order."""
    wrong = {asked.name: _problem(asked, typed.get(asked.name, "")) for asked in fields}
    return {name: problem for name, problem in wrong.items() if problem}


def told_of(session: CheckoutSession, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return what a session keeps of what was typed in besides the payment method."""
    shipping, consent = session.shipping_address_collection, session.consent_collection
    told = collected(session.name_collection, shipping, consent, typed)
    if session.custom_fields:
        told["custom_fields"] = filled(session.custom_fields, typed)
    return told


def _problem(asked: Asked, value: str) -> str:
    field = asked.field
    if not value:
        return field.asked if asked.required else ""
    if len(value) > _LONGEST:
        return "This is too long."
    if field.kind == "email" and not is_email(value):
        return "This is no e-mail address: it should be like ada@example.com."
    known = value in countries() if field.kind == "country" else field.takes(value)
    return "" if known else field.asked


def method_of(
    session: CheckoutSession, kind: str, typed: Mapping[str, str], more: Mapping[str, str]
) -> CreatePaymentMethod:
    """Return the parameters of the payment method that was typed in, which has no gaps."""
    return typed_method(kind, typed, typed.get(EMAIL) or session.email, more)


def typed_method(
    kind: str, typed: Mapping[str, str], email: str | None, more: Mapping[str, str]
) -> CreatePaymentMethod:
    """Return the parameters of a payment method that was typed in, of somebody with an address."""
    address = {name: typed[name] for name in ADDRESS if name in typed}
    billing: dict[str, Any] = {"name": typed[NAME], "address": address}
    if email:
        billing["email"] = email
    if phone := typed.get(PHONE):
        billing["phone"] = phone
    told = WAYS[kind].told(typed)
    details = {kind: told} if told else {}
    return _method({"type": kind, "billing_details": billing, **details, **more})


def place_of(kind: str, param: str | None) -> str | None:
    """Return the field that an error is about, if it is about one."""
    return WAYS[kind].places.get(param or "")
