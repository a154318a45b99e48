"""Requirements as v2 tells them: an entry for each field, with whatever it restricts; pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from bezant.kernel.codec import rfc3339
from bezant.resources.connect.account_shapes import Requirements
from bezant.resources.connect.requirements import BANK, PARTS
from bezant.resources.connect.v2_capabilities import PAYOUTS, placed
from bezant.resources.connect.v2_fields import ACCOUNT, PERSON
from bezant.resources.connect.v2_numbers import kind_of_company, kind_of_person

_STATUSES = ("past_due", "currently_due", "eventually_due")
"""From the most to the least urgent."""
_PAPERS = {
    "verification.additional_document": "documents.secondary_verification",
    "verification.document": "documents.primary_verification",
}
_OF_PERSONS = {pair.first: pair.second for pair in PERSON} | _PAPERS
_OF_ACCOUNTS = {pair.first: pair.second for pair in ACCOUNT} | {
    f"company.{first}": f"identity.business_details.{second}" for first, second in _PAPERS.items()
}
_PERSON_NUMBERS = ("id_number", "id_number_secondary", "ssn_last_4")
_COMPANY_NUMBERS = ("company.registration_number", "company.tax_id", "company.vat_id")


class Due(Struct, frozen=True):
    """What an account has to say, and each of its capabilities, by the names of v1."""

    country: str
    whole: Requirements
    capabilities: Mapping[str, Requirements]
    payouts_of: str
    """The configuration that payouts belong to."""


def told(due: Due) -> dict[str, Any]:
    """Return requirements as v2 tells them."""
    entries = [*_entries(due)]
    return {
        "alternatives": [*_alternatives(due)],
        "entries": entries,
        "summary": _summary(entries, due.whole),
    }


def future(due: Due) -> dict[str, Any]:
    """Return requirements of rules that have a day in the future."""
    begins = due.whole.current_deadline
    return told(due) | {"minimum_transition_date": None if begins is None else _moment(begins)}


def named(field: str, country: str) -> tuple[str, dict[str, Any] | None]:
    """Return what v2 calls a field of v1, and whom it refers to."""
    first, _, rest = field.partition(".")
    if first == "individual":
        return f"identity.individual.{_of_person(rest, country)}", None
    if first.startswith("person_"):
        reference = {"inquiry": None, "resource": first, "type": "person"}
        return _of_person(rest, country), reference
    if first in PARTS:
        return f"{first}.{_of_person(rest, country)}", None
    if field in _COMPANY_NUMBERS:
        kind = kind_of_company(rest, country, {})
        return f"identity.business_details.id_numbers{f'.{kind}' if kind else ''}", None
    return _OF_ACCOUNTS.get(field, field), None


def _of_person(field: str, country: str) -> str:
    if field in _PERSON_NUMBERS:
        kind = kind_of_person(field, country, {})
        return f"id_numbers.{kind}" if kind else "id_numbers"
    return _OF_PERSONS.get(field, field)


def _entries(due: Due) -> Iterator[dict[str, Any]]:
    impacts = _impacts(due)
    whole = due.whole
    waiting = set(whole.pending_verification)
    for field in sorted({*whole.eventually_due, *whole.currently_due, *waiting}):
        description, reference = named(field, due.country)
        errors = _errors(whole, field)
        yield {
            "awaiting_action_from": "stripe" if field in waiting else "user",
            "description": description,
            "errors": errors,
            "impact": {"restricts_capabilities": impacts.get(field, [])},
            "minimum_deadline": {"status": _status(whole, field) or "currently_due"},
            "reference": reference,
            "requested_reasons": [
                {"code": "routine_verification" if errors else "routine_onboarding"}
            ],
        }


def _impacts(due: Due) -> Mapping[str, list[dict[str, Any]]]:
    """Return by field what it restricts, and how urgently."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, requirements in sorted(due.capabilities.items()):
        place = placed(name)
        if place is not None:
            for field in requirements.eventually_due:
                found[field].append(_impact(*place, _status(requirements, field)))
    if BANK in due.whole.eventually_due:
        found[BANK].append(_impact(due.payouts_of, PAYOUTS, _status(due.whole, BANK)))
    return found


def _impact(configuration: str, capability: str, status: str | None) -> dict[str, Any]:
    return {
        "capability": capability,
        "configuration": configuration,
        "deadline": {"status": status},
    }


def _alternatives(due: Due) -> Iterator[dict[str, Any]]:
    """Yield what can be said instead of something else, all ways of it together."""
    ways: dict[tuple[str, ...], list[Sequence[str]]] = defaultdict(list)
    for each in due.whole.alternatives:
        ways[tuple(each["original_fields_due"])].append(each["alternative_fields_due"])
    for originals, options in ways.items():
        yield {
            "options": [
                {
                    "entries": [
                        {
                            "awaiting_action_from": "user",
                            **_named(field, due.country),
                            "errors": _errors(due.whole, field),
                        }
                        for field in fields
                    ]
                }
                for fields in options
            ],
            "original_entries": [_named(field, due.country) for field in originals],
        }


def _named(field: str, country: str) -> dict[str, Any]:
    description, reference = named(field, country)
    return {"description": description, "reference": reference}


def _errors(whole: Requirements, field: str) -> list[dict[str, str]]:
    return [
        {"code": each["code"], "description": each["reason"]}
        for each in whole.errors
        if each["requirement"] == field
    ]


def _status(requirements: Requirements, field: str) -> str | None:
    return next((name for name in _STATUSES if field in getattr(requirements, name)), None)


def _summary(entries: Sequence[Mapping[str, Any]], whole: Requirements) -> dict[str, Any] | None:
    if not entries:
        return None
    statuses = {each["minimum_deadline"]["status"] for each in entries}
    deadline = whole.current_deadline
    return {
        "minimum_deadline": {
            "status": next(name for name in _STATUSES if name in statuses),
            "time": None if deadline is None else _moment(deadline),
        }
    }


def _moment(seconds: int) -> str:
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
