"""What the hosted page asks for each requirement: labels, hints and kinds of input; pure data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bezant.rail.directory import has_ibans
from bezant.resources.connect.requirement_table import traits_of

PEOPLE = {
    "individual": "About you",
    "representative": "Who represents the business",
    "owners": "An owner of 25% or more",
    "directors": "A director",
    "executives": "An executive",
}
_MORE = {
    "owners": "Another owner of 25% or more",
    "directors": "Another director",
    "executives": "Another executive",
}
"""What is asked for once somebody with the part is known, until all of them have been named."""
_ROLES = {
    "owners": ("owner", "Owns 25% or more of the company"),
    "directors": ("director", "Is a director"),
    "executives": ("executive", "Is an executive"),
}
_BUSINESS, _COMPANY, _BANK, _TERMS = "business_profile", "company", "external_account", "tos"
_TITLES = {
    _BUSINESS: "The business",
    _COMPANY: "The company",
    **PEOPLE,
    _BANK: "Where payouts go",
    _TERMS: "Terms",
}
"""What sections are called, in their order; those of other persons come before the bank."""


class Input(NamedTuple):
    """A field of the form: the parameter it fills, and how it is asked for.

    What is `optional` may stay empty.
    """

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    optional: bool = False


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
    "name": ("Registered name", "text", ""),
    "tax_id": ("Tax id", "password", "It is kept and never shown again."),
    "registration_number": ("Number in the register of companies", "text", ""),
    "first_name": ("First name", "text", ""),
    "last_name": ("Last name", "text", ""),
    "email": ("E-mail", "email", ""),
    "phone": ("Phone", "tel", "With the country code, as in +1 415 555 0100."),
    "dob.day": ("Born: day", "number", ""),
    "dob.month": ("Month", "number", ""),
    "dob.year": ("Year", "number", ""),
    "address.line1": ("Street and number", "text", ""),
    "address.city": ("City", "text", ""),
    "address.state": ("State", "text", ""),
    "address.postal_code": ("Postal code", "text", ""),
    "ssn_last_4": ("Last four digits of the social security number", "password", ""),
    "id_number": ("Personal number", "password", "It is kept and never shown again."),
    "relationship.title": ("Title in the business", "text", "For example, CEO."),
}
_BIC = ("BIC of the bank", "Eight or eleven characters, also called SWIFT code.")
_ROUTING: Mapping[str, tuple[str, str]] = {
    "BR": ("Bank and branch", "As in 260-0001."),
    "CA": ("Transit and institution number", "As in 11000-000."),
    "GB": ("Sort code", "As in 10-88-00."),
    "IN": ("IFSC of the branch", "Eleven characters."),
    "US": ("Routing number", "Nine digits."),
}
"""What names a bank where accounts are not named by an IBAN alone; elsewhere it is a BIC."""
_NOBODY = "Leave it empty if there is nobody else."
_NAMES = ("first_name", "last_name", "email")
_MISTAKEN: Mapping[str, Sequence[str]] = {
    "verification_failed_address_match": (
        "address.line1", "address.city", "address.state", "address.postal_code"),
    "verification_failed_id_number_match": ("id_number",),
    "verification_failed_tax_id_match": ("tax_id",),
}  # fmt: skip
"""What may be corrected where a document is wanted, by why."""
_ACCEPT = Input("tos", "I accept the terms of service of this platform.", "checkbox")
_WEBSITE = (
    Input("business_profile[url]", "Website", "url", "If there is none, describe below."),
    Input("business_profile[product_description]", "What it sells, in a sentence", optional=True),
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


def sections(
    due: Sequence[str],
    country: str,
    currency: str,
    *,
    names: Mapping[str, str] | None = None,
    mistaken: Sequence[str] = (),
) -> list[Section]:
    """Return the sections of a form that asks for requirements.

    `names` are those of persons who are known, by their ids; what is `mistaken` may be corrected.
    """
    found: dict[str, list[Input]] = {}
    for field in dict.fromkeys(_ordered([*due, *mistaken])):
        inputs = _asked(field, country, currency)
        if field not in due:
            inputs = [each._replace(optional=True) for each in inputs]
        found.setdefault(_section(field), []).extend(inputs)
    for field in documents(due):
        found.setdefault(_section(field), []).append(_paper(field))
    titles = {**_TITLES, **{name: f"About {words}" for name, words in (names or {}).items()}}
    for part in _open_parts(due):
        if "representative" in found:
            role, words = _ROLES[part]
            role = f"representative[relationship][{role}]"
            found["representative"].append(Input(role, words, "checkbox", optional=True))
        if not any(field.startswith(f"{part}.") for field in due):
            titles[part] = _MORE[part]
            found.setdefault(part, [])[:0] = [
                each._replace(optional=True, hint=_NOBODY if name == _NAMES[0] else "")
                for name in _NAMES
                for each in _asked(f"{part}.{name}", country, currency)
            ]
    order = {name: at for at, name in enumerate(_TITLES)}
    last = order[_BANK] - 0.5
    return [
        Section(titles.get(key, "A person of the business"), [*dict.fromkeys(found[key])])
        for key in sorted(found, key=lambda key: order.get(key, last))
    ]


def documents(due: Sequence[str]) -> list[str]:
    """Return requirements that need a document."""
    return [field for field in due if ".verification." in field]


def corrections(errors: Sequence[Mapping[str, str]], country: str) -> list[str]:
    """Return what may be corrected instead of sending the documents that errors ask for."""
    state = traits_of(country).state
    return [
        f"{each['requirement'].partition('.')[0]}.{name}"
        for each in errors
        if ".verification." in each["requirement"]
        for name in _MISTAKEN.get(each["code"], ())
        if state or name != "address.state"
    ]


def _open_parts(due: Sequence[str]) -> list[str]:
    """Return parts of a company of which not everybody has been named."""
    return [part for part in _ROLES if f"company.{part}_provided" in due]


def _ordered(due: Sequence[str]) -> Iterator[str]:
    """Yield requirements in the order in which people expect to be asked."""
    order = {name: at for at, name in enumerate(_PERSONAL)}
    yield from sorted(
        (field for field in due if ".verification." not in field),
        key=lambda field: (
            field != "business_type",
            field.endswith("_provided"),
            field.partition(".")[0],
            order.get(field.partition(".")[2], 99),
        ),
    )


def _section(field: str) -> str:
    """Return in which section a requirement is asked for: one of the titles, or a person's."""
    if field == "business_type":
        return _BUSINESS
    if field.startswith("tos_acceptance."):
        return _TERMS
    if field.endswith("_provided"):
        return field.partition(".")[2].removesuffix("_provided")
    return field.partition(".")[0]


def _asked(field: str, country: str, currency: str) -> list[Input]:
    if field == "external_account":
        return _bank(country, currency)
    if field.startswith("tos_acceptance."):
        return [_ACCEPT]
    if field in _OF_BUSINESS:
        return [*_OF_BUSINESS[field]]
    rest = field.partition(".")[2]
    if rest.endswith("_provided"):
        words = f"All {rest.removesuffix('_provided')} have been named."
        return [Input(_name(field), words, "checkbox")]
    if rest == "political_exposure":
        return [Input(_name(field), _OFFICE, "select", "", _STANCE)]
    label, kind, hint = _PERSONAL.get(rest, (rest.replace("_", " ").replace(".", ": "), "text", ""))
    return [Input(_name(field), label, kind, hint)]


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
    holder = Input("external_account[account_holder_name]", "Name on the account", optional=True)
    routing = _ROUTING.get(country) or (None if has_ibans(country) else _BIC)
    if routing is None:
        return [*hidden, holder, Input("external_account[account_number]", "IBAN", "password")]
    label, hint = routing
    bank = Input("external_account[routing_number]", label, "text", hint)
    number = Input("external_account[account_number]", "Account number", "password")
    return [*hidden, holder, bank, number]


def _name(field: str) -> str:
    first, *rest = field.split(".")
    return first + "".join(f"[{name}]" for name in rest)
