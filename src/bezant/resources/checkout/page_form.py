"""What is typed into the checkout page: read, checked for gaps, and made a payment method's."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bezant.api.decoders import decoder
from bezant.resources.checkout import page_html as html
from bezant.resources.checkout.countries import countries
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.payments.payment_method_details import CreatePaymentMethod

_EXPIRY = re.compile(r"\s*(\d{1,2})\s*[/.\- ]?\s*(\d{2}|\d{4})\s*", re.ASCII)
_LONGEST = 500
_ASKED = {
    html.EMAIL: "Enter your e-mail address.",
    html.PHONE: "Enter your phone number.",
    html.NUMBER: "Enter the number on the card.",
    html.EXPIRY: "Enter the month and the year, as on the card: 04 / 29.",
    html.CVC: "Enter the security code.",
    html.NAME: "Enter the name that is on the card.",
    html.IBAN: "Enter the IBAN of the account.",
    html.COUNTRY: "Choose a country.",
    html.LINE1: "Enter the street and the number.",
    html.CITY: "Enter the city.",
    html.POSTAL_CODE: "Enter the postal code.",
}
"""What is said of a field that was left empty."""
_PLACES = {
    "cvc": html.CVC,
    "exp_month": html.EXPIRY,
    "exp_year": html.EXPIRY,
    "number": html.NUMBER,
    "sepa_debit[iban]": html.IBAN,
}
_method = decoder(CreatePaymentMethod)


def is_email(text: str) -> bool:
    """Tell whether a text can be an e-mail address."""
    name, _, host = text.rpartition("@")
    spaces = any(character.isspace() for character in text)
    return bool(name and host) and not spaces and len(text) <= _LONGEST


def kind_of(session: CheckoutSession, asked: str | None) -> str:
    """Return the type of payment method that is asked for, or the first that can be used."""
    types = session.payment_method_types
    return asked if asked in types else types[0]


def gaps(session: CheckoutSession, kind: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what is missing or can't be right, by the names of the fields, in their order."""
    wrong = {name: _ASKED[name] for name in _required(session, kind) if not typed.get(name)}
    email = typed.get(html.EMAIL)
    if email and not is_email(email):
        wrong[html.EMAIL] = "This is no e-mail address: it should be like ada@example.com."
    if (expiry := typed.get(html.EXPIRY)) and not _EXPIRY.fullmatch(expiry):
        wrong[html.EXPIRY] = _ASKED[html.EXPIRY]
    if (country := typed.get(html.COUNTRY)) and country not in countries():
        wrong[html.COUNTRY] = _ASKED[html.COUNTRY]
    for name, value in typed.items():
        if len(value) > _LONGEST:
            wrong[name] = "This is too long."
    return {name: wrong[name] for name in (*_ASKED, html.LINE2, html.STATE) if name in wrong}


def method_of(
    session: CheckoutSession, kind: str, typed: Mapping[str, str], more: Mapping[str, str]
) -> CreatePaymentMethod:
    """Return the parameters of the payment method that was typed in, which has no gaps."""
    address = {name: typed[name] for name in (html.LINE1, html.LINE2, html.CITY, html.STATE,
                                              html.POSTAL_CODE, html.COUNTRY)
               if typed.get(name)}  # fmt: skip
    billing: dict[str, Any] = {"name": typed[html.NAME], "address": address}
    if email := typed.get(html.EMAIL) or session.email:
        billing["email"] = email
    if phone := typed.get(html.PHONE):
        billing["phone"] = phone
    told = _card(typed) if kind == "card" else {"iban": typed[html.IBAN]}
    return _method({"type": kind, kind: told, "billing_details": billing, **more})


def _card(typed: Mapping[str, str]) -> dict[str, str]:
    found = _EXPIRY.fullmatch(typed[html.EXPIRY])
    assert found is not None, "a form without gaps has an expiry"
    return {
        "number": typed[html.NUMBER],
        "exp_month": found[1],
        "exp_year": found[2],
        "cvc": typed[html.CVC],
    }


def place_of(param: str | None) -> str | None:
    """Return the field that an error is about, if it is about one."""
    return _PLACES.get(param or "") or _PLACES.get(
        (param or "").removeprefix("card[").removesuffix("]")
    )


def _required(session: CheckoutSession, kind: str) -> Sequence[str]:
    of_card = [html.NUMBER, html.EXPIRY, html.CVC, html.COUNTRY]
    required = [html.NAME, *(of_card if kind == "card" else [html.IBAN])]
    if session.email is None:
        required.append(html.EMAIL)
    if session.phone_number_collection.enabled:
        required.append(html.PHONE)
    if session.billing_address_collection == "required":
        required += [html.COUNTRY, html.LINE1, html.CITY, html.POSTAL_CODE]
    return required
