"""The fields of the checkout page: how each is called, and what is said if it is not right."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

NUMBER, EXPIRY, CVC, NAME = "card_number", "card_expiry", "card_cvc", "name"
EMAIL, PHONE, COUNTRY, POSTAL_CODE = "email", "phone", "country", "postal_code"
IBAN, ROUTING, ACCOUNT, SORT_CODE = "iban", "routing_number", "account_number", "sort_code"
INSTITUTION, TRANSIT = "institution_number", "transit_number"
HOLDER_TYPE, ACCOUNT_TYPE = "holder_type", "account_type"
LINE1, LINE2, CITY, STATE = "line1", "line2", "city", "state"
ADDRESS = (LINE1, LINE2, CITY, STATE, POSTAL_CODE, COUNTRY)


class Field(Struct, frozen=True, kw_only=True):
    """A field: its label, what browsers know it as, and what it may hold.

    `asked` is said when it is empty, or does not match its `pattern`. What is `plain` is read
    without its spaces and hyphens, what is `secret` is never shown again once it was typed in, and
    `value` stands in it from the beginning.
    """

    label: str
    asked: str = ""
    complete: str = "off"
    kind: Literal["text", "email", "tel", "select", "country", "check"] = "text"
    digits: bool = False
    plain: bool = False
    secret: bool = False
    hint: str = ""
    pattern: str = ""
    choices: Sequence[tuple[str, str]] = ()
    value: str = ""

    def clean(self, typed: str) -> str:
        """Return what was typed in without what people put between digits."""
        return re.sub(r"[\s\-]", "", typed) if self.plain else typed

    def takes(self, typed: str) -> bool:
        """Tell whether what was typed in can be right."""
        if self.kind == "select":
            return typed in dict(self.choices)
        return not self.pattern or re.fullmatch(self.pattern, typed, re.ASCII) is not None


class Asked(NamedTuple):
    """A field of a form, and whether it has to be filled in."""

    name: str
    field: Field
    required: bool = True


Row = Sequence[Asked]
"""Fields that stand beside each other."""


class Section(NamedTuple):
    """Rows that belong together, under a title if they have one, and with words below."""

    title: str
    rows: Sequence[Row]
    words: str = ""


FIELDS: Mapping[str, Field] = {
    EMAIL: Field(
        label="E-mail",
        asked="Enter your e-mail address.",
        complete="email",
        kind="email",
    ),
    PHONE: Field(
        label="Phone, with the country code",
        asked="Enter your phone number.",
        complete="tel",
        kind="tel",
    ),
    NUMBER: Field(
        label="Card number",
        asked="Enter the number on the card.",
        complete="cc-number",
        digits=True,
        secret=True,
    ),
    EXPIRY: Field(
        label="Expires",
        asked="Enter the month and the year, as on the card: 04 / 29.",
        complete="cc-exp",
        digits=True,
        secret=True,
        hint="MM / YY",
        pattern=r"\s*(\d{1,2})\s*[/.\- ]?\s*(\d{2}|\d{4})\s*",
    ),
    CVC: Field(
        label="Security code",
        asked="Enter the security code.",
        complete="cc-csc",
        digits=True,
        secret=True,
        hint="On the card, three or four digits",
    ),
    IBAN: Field(
        label="IBAN",
        asked="Enter the IBAN of the account.",
        secret=True,
        hint="As on your statement, such as AT61 1904 3002 3457 3201",
    ),
    ROUTING: Field(
        label="Routing number",
        asked="A routing number has nine digits.",
        digits=True,
        plain=True,
        secret=True,
        hint="Nine digits, at the bottom left of a check",
        pattern=r"\d{9}",
    ),
    INSTITUTION: Field(
        label="Institution number",
        asked="An institution number has three digits.",
        digits=True,
        plain=True,
        secret=True,
        hint="Three digits, after the transit number on a cheque",
        pattern=r"\d{3}",
    ),
    TRANSIT: Field(
        label="Transit number",
        asked="A transit number has five digits.",
        digits=True,
        plain=True,
        secret=True,
        hint="Five digits, at the bottom left of a cheque",
        pattern=r"\d{5}",
    ),
    SORT_CODE: Field(
        label="Sort code",
        asked="A sort code has six digits, such as 10-88-00.",
        digits=True,
        plain=True,
        secret=True,
        hint="Six digits",
        pattern=r"\d{6}",
    ),
    ACCOUNT: Field(
        label="Account number",
        asked="Enter the number of the account, in digits.",
        digits=True,
        plain=True,
        secret=True,
        pattern=r"\d{3,17}",
    ),
    ACCOUNT_TYPE: Field(
        label="Kind of account",
        asked="Choose the kind of account.",
        kind="select",
        choices=(("checking", "Checking"), ("savings", "Savings")),
    ),
    HOLDER_TYPE: Field(
        label="Whose account it is",
        asked="Choose whose account it is.",
        kind="select",
        choices=(("individual", "A person's"), ("company", "A company's")),
    ),
    NAME: Field(
        label="Name",
        asked="Enter the name that is on the card.",
        complete="name",
    ),
    COUNTRY: Field(
        label="Country",
        asked="Choose a country.",
        complete="country",
        kind="country",
    ),
    LINE1: Field(
        label="Street and number",
        asked="Enter the street and the number.",
        complete="address-line1",
    ),
    LINE2: Field(label="Flat or floor (if any)", complete="address-line2"),
    CITY: Field(label="City", asked="Enter the city.", complete="address-level2"),
    STATE: Field(label="State or province (if any)", complete="address-level1"),
    POSTAL_CODE: Field(
        label="Postal code",
        asked="Enter the postal code.",
        complete="postal-code",
    ),
}
"""All fields by their names, in the order in which a form has them."""
SECRETS = frozenset(name for name, field in FIELDS.items() if field.secret)
"""What is never shown again once it has been typed in."""
