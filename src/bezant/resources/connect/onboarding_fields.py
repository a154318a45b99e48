"""What the hosted page asks for each requirement: labels, hints and kinds of input; pure data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

PEOPLE = {
    "individual": "About you",
    "representative": "Who represents the business",
    "owners": "An owner of 25% or more",
    "directors": "A director",
    "executives": "An executive",
}
COMPANY, BUSINESS, BANK, TERMS = "The company", "The business", "Where payouts go", "Terms"


class Input(NamedTuple):
    """A field of the form: the parameter it fills, and how it is asked for."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


class Section(NamedTuple):
    """Inputs that belong together."""

    title: str
    inputs: Sequence[Input]


_TYPES = (
    ("individual", "I work for myself"),
    ("company", "A company"),
    ("non_profit", "A non-profit organisation"),
    ("government_entity", "A part of government"),
)
_TRADES = (
    ("5734", "Software"),
    ("5691", "Clothes"),
    ("5812", "Restaurants"),
    ("5999", "Other shops"),
    ("7299", "Personal services"),
    ("7392", "Consulting"),
    ("7999", "Sport and leisure"),
    ("8299", "Teaching"),
    ("8999", "Other professional services"),
    ("4121", "Rides and deliveries"),
    ("6513", "Renting out property"),
)
_PERSONAL: Mapping[str, tuple[str, str, str]] = {
    "first_name": ("First name", "text", ""),
    "last_name": ("Last name", "text", ""),
    "email": ("E-mail", "email", ""),
    "phone": ("Phone", "tel", "With the country code, as in +1 415 555 0100."),
    "dob.day": ("Born on: day", "number", ""),
    "dob.month": ("Month", "number", ""),
    "dob.year": ("Year", "number", ""),
    "address.line1": ("Street and number", "text", ""),
    "address.city": ("City", "text", ""),
    "address.state": ("State", "text", ""),
    "address.postal_code": ("Postal code", "text", ""),
    "ssn_last_4": ("Last four digits of the social security number", "password", ""),
    "id_number": ("Personal number", "password", "It is kept and never shown again."),
    "relationship.title": ("Title in the business", "text", "For example, CEO."),
    "name": ("Registered name", "text", ""),
    "tax_id": ("Tax id", "password", "It is kept and never shown again."),
    "registration_number": ("Number in the register of companies", "text", ""),
}
_ACCEPT = Input("tos", "I accept the terms of service of this platform.", "checkbox")
_WEBSITE = (
    Input("business_profile[url]", "Website", "url", "If there is none, describe below."),
    Input("business_profile[product_description]", "What it sells, in a sentence"),
)
_OF_BUSINESS: Mapping[str, Sequence[Input]] = {
    "business_type": [Input("business_type", "What kind of business is it?", "select", "", _TYPES)],
    "business_profile.mcc": [
        Input("business_profile[mcc]", "What does it do?", "select", "", _TRADES)
    ],
    "business_profile.url": _WEBSITE,
}
_OFFICE = "Holds a high public office, or is close to somebody who does"
_STANCE = (("none", "No"), ("existing", "Yes"))


def sections(due: Sequence[str], country: str, currency: str) -> list[Section]:
    """Return the sections of a form that asks for requirements."""
    found: dict[str, list[Input]] = {}
    for field in dict.fromkeys(_ordered(due)):
        title, inputs = _asked(field, country, currency)
        found.setdefault(title, []).extend(inputs)
    order = [BUSINESS, COMPANY]
    titles = sorted(found, key=lambda title: (title in (BANK, TERMS), title not in order))
    for field in documents(due):
        found.setdefault(_title(field), []).append(_paper(field))
    titles += [title for title in found if title not in titles]
    unique = {title: list(dict.fromkeys(found[title])) for title in titles}
    return [Section(title, inputs) for title, inputs in unique.items()]


def documents(due: Sequence[str]) -> list[str]:
    """Return requirements that need a document."""
    return [field for field in due if ".verification." in field]


def _ordered(due: Sequence[str]) -> Iterator[str]:
    """Yield requirements in the order in which people expect to be asked."""
    order = {name: at for at, name in enumerate(_PERSONAL)}
    yield from sorted(
        (field for field in due if ".verification." not in field),
        key=lambda field: (
            field != "business_type",
            field.partition(".")[0],
            order.get(field.partition(".")[2], 99),
        ),
    )


def _asked(field: str, country: str, currency: str) -> tuple[str, list[Input]]:
    if field == "external_account":
        return BANK, _bank(country, currency)
    if field.startswith("tos_acceptance."):
        return TERMS, [_ACCEPT]
    if field in _OF_BUSINESS:
        return BUSINESS, [*_OF_BUSINESS[field]]
    rest = field.partition(".")[2]
    title = _title(field)
    if rest.endswith("_provided"):
        words = f"All {rest.removesuffix('_provided')} have been named."
        return title, [Input(_name(field), words, "checkbox")]
    if rest == "political_exposure":
        return title, [Input(_name(field), _OFFICE, "select", "", _STANCE)]
    label, kind, hint = _PERSONAL.get(rest, (rest.replace("_", " ").replace(".", ": "), "text", ""))
    return title, [Input(_name(field), label, kind, hint)]


def _title(field: str) -> str:
    part = field.partition(".")[0]
    return COMPANY if part == "company" else PEOPLE.get(part, "A person of the business")


def _paper(field: str) -> Input:
    """Return the input for a document; it has the requirement's own name."""
    if field.startswith("company."):
        label = "A document that shows the company's name and number"
    elif field.endswith(".additional_document"):
        label = "A document that shows the address, such as a bill"
    else:
        label = "An identity document: the side with the photograph"
    return Input(field, label, "file", "A photograph (PNG or JPEG) or a PDF, whole and sharp.")


def _bank(country: str, currency: str) -> list[Input]:
    fixed = {"object": "bank_account", "country": country, "currency": currency}
    hidden = [Input(f"external_account[{name}]", value, "hidden") for name, value in fixed.items()]
    holder = Input("external_account[account_holder_name]", "Name on the account")
    routing = {"US": "Routing number", "GB": "Sort code", "CA": "Transit and institution number",
               "AU": "BSB", "IN": "IFSC", "BR": "Bank and branch"}  # fmt: skip
    asked = [Input("external_account[account_number]", "Account number or IBAN", "password")]
    if country in routing:
        asked.insert(0, Input("external_account[routing_number]", routing[country]))
    return [*hidden, holder, *asked]


def _name(field: str) -> str:
    first, *rest = field.split(".")
    return first + "".join(f"[{name}]" for name in rest)
