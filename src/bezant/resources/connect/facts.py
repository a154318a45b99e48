"""Facts: what an account's own document notes of its persons and its company, to be assessed."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec
from msgspec import Struct, UnsetType

from bezant.api.context import Context, Hidden
from bezant.kernel.codec import unix_seconds
from bezant.resources.connect.account import Account
from bezant.resources.connect.person import NUMBERS, ROLES, Person
from bezant.resources.connect.requirements import Check, Problem, State, Subject
from bezant.resources.connect.verification import Claims, digest_of, verifier_of

COMPANY = "company"


class Noted(Struct, kw_only=True):
    """What is noted of a person or of the company; `answer` is one that was given at once."""

    known: list[str]
    roles: list[str] = []
    digest: str
    answer: list[Problem] | None = None
    check: Check | None = None

    def subject(self) -> Subject:
        """Return what of it is assessed."""
        return Subject(frozenset(self.known), frozenset(self.roles), self.check)


def noted(hidden: Hidden) -> dict[str, Noted]:
    """Return what is noted beside an account, by the ids of persons and `company`."""
    return {name: msgspec.convert(each, Noted) for name, each in hidden.get("noted", {}).items()}


def note(hidden: Hidden, name: str, told: Noted | None) -> None:
    """Note what is known of a subject, or that it is gone; its verification stays beside it."""
    kept: dict[str, Any] = dict(hidden.get("noted", {}))
    before = kept.pop(name, None)
    if told is not None:
        if before is not None and told.check is None:
            told.check = msgspec.convert(before, Noted).check
        kept[name] = msgspec.to_builtins(told)
    hidden["noted"] = kept


def of_person(ctx: Context, person: Person) -> Noted:
    """Return what an account has to know of a person."""
    claims = person_claims(ctx, person)
    return Noted(
        known=sorted(_known(claims)),
        roles=[role for role in ROLES if person.relationship.get(role)],
        digest=digest_of(claims),
        answer=_answer(ctx, "person", claims),
    )


def of_company(ctx: Context, company: Mapping[str, Any], numbers: Mapping[str, Any]) -> Noted:
    """Return what an account has to know of its company."""
    claims = company_claims(company, numbers)
    known = sorted({*_known(claims), *(name for name in company if company[name] is True)})
    return Noted(known=known, digest=digest_of(claims), answer=_answer(ctx, COMPANY, claims))


def person_claims(ctx: Context, person: Person) -> Claims:
    """Return everything that is said about a person, with the hidden numbers."""
    shown: dict[str, Any] = msgspec.to_builtins(person)
    hidden = ctx.hidden(person)
    numbers = {name: hidden[name] for name in NUMBERS if hidden.get(name)}
    names = ("first_name", "last_name", "dob", "address", "verification", "nationality", "email",
             "phone", "political_exposure", "registered_address", "relationship")  # fmt: skip
    return {name: shown[name] for name in names if name in shown} | numbers


def company_claims(company: Mapping[str, Any], numbers: Mapping[str, Any]) -> Claims:
    """Return everything that is said about a company, with the hidden numbers."""
    names = ("address", "name", "phone", "structure", "verification")
    return {name: company[name] for name in names if name in company} | {
        name: value for name, value in numbers.items() if value
    }


def state_of(account: Account, hidden: Hidden, *, gated: bool) -> State:
    """Return what is known of an account, to be assessed."""
    told = noted(hidden)
    company = told.pop(COMPANY, None)
    of_individual = None
    if account.business_type == "individual" and not isinstance(account.individual, UnsetType):
        of_individual = account.individual["id"]
    people = {
        "individual" if name == of_individual else name: each.subject()
        for name, each in told.items()
    }
    known = {f"{COMPANY}.{name}" for name in company.known} if company else set[str]()
    for part in ("business_profile", "tos_acceptance"):
        known |= {f"{part}.{name}" for name in _known(getattr(account, part))}
    asked: dict[str, int] = hidden.get("requested", {})
    return State(
        country=account.country,
        business_type=account.business_type,
        agreement=account.tos_acceptance.get("service_agreement") or "full",
        gated=gated,
        known=frozenset(known),
        people=people,
        company=company.subject() if company else Subject(),
        asked={name: asked[name] for name in account.capabilities},
        begun=hidden.get("begun", {}),
        active=frozenset(
            name for name, status in account.capabilities.items() if status == "active"
        ),
        rejected=account.requirements.disabled_reason if account.rejected else None,
    )


def judged(ctx: Context, told: Noted, problems: list[Problem] | None) -> Noted:
    """Return what is noted once somebody was submitted, with the answer if there is one."""
    status = "pending" if problems is None else "failed" if problems else "passed"
    now, failing_since = unix_seconds(ctx.now()), told.check and told.check.failing_since
    if status == "failed":
        failing_since = failing_since or now
    elif status == "passed":
        failing_since = None
    check = Check(status, told.digest, now, tuple(problems or ()), failing_since)
    return msgspec.structs.replace(told, check=check)


def _answer(ctx: Context, kind: str, claims: Claims) -> list[Problem] | None:
    verifier = verifier_of(ctx.runtime, livemode=ctx.livemode)
    found = verifier.at_once(kind, claims) if verifier else None
    return None if found is None else [*found]


def _known(tree: Mapping[str, Any], under: str = "") -> Iterator[str]:
    """Yield the names of what is there, inside hashes with dots; a document counts as one."""
    for name, value in tree.items():
        path = f"{under}{name}"
        if isinstance(value, Mapping):
            inner = cast("Mapping[str, Any]", value)
            if "front" in inner or "back" in inner:
                if inner.get("front") or inner.get("back"):
                    yield path
            else:
                yield from _known(inner, f"{path}.")
        elif value not in (None, "", [], False):
            yield path
