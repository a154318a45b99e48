"""Where somebody is and how they are reached, checked for what could never be right."""

import re
from contextlib import suppress
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from bezant.api.params import Check
from bezant.api.refusals import cut, invalid
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.countries import countries

_PHONE = re.compile(r"\+?[0-9 ().\-/]{5,30}( ?(ext|x)\.? ?[0-9]{1,6})?", re.ASCII | re.IGNORECASE)
_LEAST_DIGITS = 5


def _country(text: str, param: str) -> str:
    code = text.upper()
    if code in countries():
        return code
    hint = " The United Kingdom is GB." if code == "UK" else ""
    raise invalid(
        f"Country '{cut(text)}' is unknown. Send its two-letter code, such as US or DE.{hint}",
        param,
    )


def _email(text: str, param: str) -> str:
    name, _, host = text.rpartition("@")
    if name and host and not any(character.isspace() for character in text):
        return text
    raise InvalidRequest(f"Invalid email address: {cut(text)}", code="email_invalid", param=param)


def _phone(text: str, param: str) -> str:
    if _PHONE.fullmatch(text) and sum(each.isdigit() for each in text) >= _LEAST_DIGITS:
        return text
    raise invalid(
        f"'{cut(text)}' is not a valid phone number. Send it with the country code, as in "
        "+1 415 555 0100.",
        param,
    )


def _ip(text: str, param: str) -> str:
    try:
        ip_address(text)
    except ValueError as error:
        raise invalid(f"Invalid IP address: {cut(text)}", param) from error
    return text


def _website(text: str, param: str) -> str:
    with suppress(ValueError):
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.hostname or ""
        whole = "://" in text or "." in host.strip(".")
        if parts.scheme in ("http", "https") and host and whole and not re.search(r"\s", text):
            return text
    raise invalid(
        f"Not a valid URL: {cut(text)}. Send the address of a website, as in https://example.com.",
        param,
    )


CountryCode = Annotated[str, Check(_country)]
"""A country by its ISO 3166-1 code, in capitals."""
Email = Annotated[str, Meta(max_length=800), Check(_email)]
Phone = Annotated[str, Check(_phone)]
IpAddress = Annotated[str, Check(_ip)]
WebSite = Annotated[str, Meta(max_length=2048), Check(_website)]
"""The address of a website, with or without https://."""
