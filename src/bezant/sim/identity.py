"""The simulated verifier: says of persons and companies what certain values in them ask for.

A date of birth, a number, a street or a document can ask for a failure, or for an answer at once;
the guide of accounts lists them. Everything else is right.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bezant.resources.connect.requirements import Problem
from bezant.resources.connect.verification import Claims

WATCHED, AT_ONCE = (1900, 1, 1), (1902, 1, 1)
"""Dates of birth: of somebody on a watch list, and of somebody who is known at once."""
WRONG_NUMBERS = frozenset({"111111111", "1111", "111111112"})
NUMBER_AT_ONCE = "222222222"
WRONG_STREETS = frozenset({"address_no_match", "address_line1_no_match"})
GOOD_PAPERS = frozenset(
    {
        "file_identity_document_success",
        "file_identity_document_successful",
        "file_address_document_success",
        "file_company_document_success",
    }
)
BAD_PAPERS = frozenset(
    {
        "file_identity_document_failure",
        "file_identity_document_failed",
        "file_address_document_failure",
        "file_company_document_failure",
    }
)
_NUMBERS = ("id_number", "ssn_last_4", "tax_id")
_PAPER = "verification.document"


class SimulatedVerifier:
    """Verifies by the values alone, so that the same claims always get the same answer."""

    def at_once(self, kind: str, claims: Claims) -> Sequence[Problem] | None:
        """Answer at once if a value asks for it, or if there is a document."""
        if _day(claims) == AT_ONCE or NUMBER_AT_ONCE in _digits(claims):
            return [*_problems(kind, claims)]
        return None

    async def verify(self, kind: str, claims: Claims) -> Sequence[Problem]:
        """Answer by the values."""
        return [*_problems(kind, claims)]


def _problems(kind: str, claims: Claims) -> Iterator[Problem]:
    paper, second = _front(claims, "document"), _front(claims, "additional_document")
    for front, field in ((paper, _PAPER), (second, "verification.additional_document")):
        if front in BAD_PAPERS:
            yield Problem(
                "verification_document_failed_test_mode",
                field,
                "The document could not be verified. Upload another one that is whole and sharp.",
            )
    if paper and paper not in BAD_PAPERS:
        return  # A good document settles whatever else did not match.
    if _day(claims) == WATCHED:
        yield Problem(
            "verification_failed_other",
            _PAPER,
            "The name and the date of birth are on a watch list. Upload an identity document.",
        )
    if WRONG_NUMBERS.intersection(_digits(claims)):
        yield _wrong_number(kind)
    if _part(claims, "address").get("line1") in WRONG_STREETS and not (
        second and second not in BAD_PAPERS
    ):
        field = _PAPER if kind == "company" else "verification.additional_document"
        yield Problem(
            "verification_failed_address_match",
            field,
            "The address could not be verified. Correct it, or upload a document that shows it.",
        )


def _wrong_number(kind: str) -> Problem:
    if kind == "company":
        return Problem(
            "verification_failed_tax_id_match",
            _PAPER,
            "The tax id is not that of the company. Correct it, or upload a document that shows "
            "both.",
        )
    return Problem(
        "verification_failed_id_number_match",
        _PAPER,
        "The personal number is not that of the person. Correct it, or upload an identity "
        "document.",
    )


def _front(claims: Claims, document: str) -> str | None:
    sides: Mapping[str, Any] = _part(claims, "verification").get(document) or {}
    return sides.get("front")


def _day(claims: Claims) -> tuple[Any, Any, Any]:
    born = _part(claims, "dob")
    return born.get("year"), born.get("month"), born.get("day")


def _part(claims: Claims, name: str) -> Mapping[str, Any]:
    return claims.get(name) or {}


def _digits(claims: Claims) -> set[str]:
    return {
        "".join(char for char in str(claims[name]) if char.isdigit())
        for name in _NUMBERS
        if claims.get(name)
    }
