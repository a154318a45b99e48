"""What a business still has to say, by when, and what it may do until then; pure.

`assess` looks at what is known of an account at a moment and says everything that follows from
it: requirements of the account, its capabilities and its persons, what is active, and when to
look again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from msgspec import Struct

from bezant.kernel.codec import unix_seconds
from bezant.resources.connect.account_shapes import Requirements
from bezant.resources.connect.requirement_table import Need, needs

GRACE = timedelta(days=90)
"""How long an account that works at once may leave the minimum out."""
LATER = timedelta(days=30)
"""How long after an account has begun what is needed later is due."""
NOTICE = timedelta(days=14)
"""How long before its deadline something is due."""
FORETOLD = timedelta(days=180)
"""How long before the day of a new rule what it asks for is due."""
BANK = "external_account"
PARTS = {
    "representative": "representative",
    "owners": "owner",
    "directors": "director",
    "executives": "executive",
}
"""What persons of a company are called where they are needed, and their role."""


class Problem(Struct, frozen=True):
    """Something that could not be verified, and the field that would help, of its subject."""

    code: str
    field: str
    reason: str


class Check(Struct, frozen=True):
    """A verification: pending, passed or failed; of what, by its digest; since when (Unix s).

    `failing_since` is when the first of those failed that have not been followed by a pass.
    """

    status: str
    of: str
    at: int
    problems: tuple[Problem, ...] = ()
    failing_since: int | None = None


class Subject(Struct, frozen=True):
    """A person or the company: which fields are known, its roles, and how it was verified."""

    known: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    check: Check | None = None


class State(Struct, frozen=True):
    """What is known of an account.

    `asked` are the capabilities and since when they are asked for, `begun` since when they have
    been active for the first time, in Unix seconds, and `active` those that are so now. A `gated`
    account may do nothing before the minimum is known and verified; any other works at once and
    has time for it.
    """

    country: str
    business_type: str | None
    agreement: str
    gated: bool
    known: frozenset[str]
    people: Mapping[str, Subject]
    company: Subject
    asked: Mapping[str, int]
    begun: Mapping[str, int]
    active: frozenset[str] = frozenset()
    rejected: str | None = None


class Due(NamedTuple):
    """A field that is missing; without a deadline, it is due some time, or at once if `now`."""

    field: str
    deadline: datetime | None = None
    now: bool = False
    due_from: datetime | None = None
    future: bool = False
    instead: tuple[tuple[str, ...], ...] = ()


class Standing(NamedTuple):
    """What follows for one capability."""

    status: str
    requirements: Requirements
    future: Requirements


class Assessment(NamedTuple):
    """What follows from what is known; `again` is when something changes by itself."""

    account: Requirements
    future: Requirements
    capabilities: Mapping[str, Standing]
    submitted: bool
    again: datetime | None


def assess(state: State, now: datetime, *, has_bank: bool) -> Assessment:
    """Return what follows from what is known of an account at a moment."""
    standings: dict[str, Standing] = {}
    every: dict[str, Due] = {}
    for name, since in state.asked.items():
        begun = state.begun.get(name)
        due = _merged(_missing(state, name, since, begun, now))
        standings[name] = _standing(state, name, [*due.values()], now)
        every = _merged([*every.values(), *due.values()])
    if state.asked and not has_bank:
        since = _from(min(state.asked.values()))
        every[BANK] = Due(BANK, None if state.gated else since + GRACE, state.gated, since)
    dues = [*every.values()]
    late = any(_past(one, now) for one in dues)
    reason = state.rejected or _account_reason([*standings.values()], late=late)
    return Assessment(
        account=_requirements(state, [one for one in dues if not one.future], now, reason),
        future=_requirements(state, [one for one in dues if one.future], now, None),
        capabilities=standings,
        submitted=bool(state.business_type) and not _unsaid(state, every),
        again=min(_moments(dues, now), default=None),
    )


def of_person(whole: Requirements, prefix: str) -> Requirements:
    """Return what of an account's requirements is about one person, by the person's own names."""
    start = f"{prefix}."

    def own(fields: Sequence[str]) -> tuple[str, ...]:
        return tuple(name.removeprefix(start) for name in fields if name.startswith(start))

    return Requirements(
        alternatives=tuple(
            {key: [*own(fields)] for key, fields in each.items()}
            for each in whole.alternatives
            if own(each["original_fields_due"])
        ),
        currently_due=own(whole.currently_due),
        errors=tuple(
            each | {"requirement": each["requirement"].removeprefix(start)}
            for each in whole.errors
            if each["requirement"].startswith(start)
        ),
        eventually_due=own(whole.eventually_due),
        past_due=own(whole.past_due),
        pending_verification=own(whole.pending_verification),
    )


def checkable(subject: Subject, part: str, state: State) -> bool:
    """Tell whether enough is known of a subject to verify it."""
    wanted = {
        need.field.removeprefix(f"{part}.")
        for need in needs(state.country, state.business_type, state.agreement, "transfers")
        if need.stage == "minimum" and need.field.startswith(f"{part}.") and not need.instead
    }
    identity = {name for name in wanted if not name.startswith(("relationship", "phone", "email"))}
    identity = {name for name in identity if not name.endswith("_provided")}
    return bool(identity) and identity <= subject.known


def _missing(
    state: State, capability: str, asked: int, begun: int | None, now: datetime
) -> Iterator[Due]:
    for need in needs(state.country, state.business_type, state.agreement, capability):
        for field, instead in _unmet(state, need):
            yield _due(state, need, field, instead, asked, begun, now)
    for prefix, subject in _subjects(state):
        if subject.check is None or subject.check.status != "failed":
            continue
        for problem in subject.check.problems:
            field = f"{prefix}.{problem.field}"
            if begun is None and state.gated:
                yield Due(field, now=True)
            else:
                since = _from(subject.check.failing_since or subject.check.at)
                yield Due(field, since + NOTICE, due_from=since)


def _unmet(state: State, need: Need) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Yield the fields in which a need is not met, each with what would do instead."""
    part, _, field = need.field.partition(".")
    if part == "individual":
        subjects = {"individual": state.people.get("individual", Subject())}
    elif part in PARTS:
        role = PARTS[part]
        members = {name: each for name, each in state.people.items() if role in each.roles}
        if not members and part != "representative" and f"company.{part}_provided" in state.known:
            return
        subjects = members or {part: Subject()}
    else:
        if need.field not in state.known and not any(
            set(group) <= state.known for group in need.instead
        ):
            yield need.field, need.instead
        return
    for prefix, subject in subjects.items():
        groups = [[name.partition(".")[2] for name in group] for group in need.instead]
        if field not in subject.known and not any(set(group) <= subject.known for group in groups):
            yield (
                f"{prefix}.{field}",
                tuple(tuple(f"{prefix}.{name}" for name in group) for group in groups),
            )


def _due(
    state: State,
    need: Need,
    field: str,
    instead: tuple[tuple[str, ...], ...],
    asked: int,
    begun: int | None,
    now: datetime,
) -> Due:
    if need.stage == "minimum":
        if state.gated:
            return Due(field, now=True, instead=instead)
        return Due(field, _from(asked) + GRACE, due_from=_from(asked), instead=instead)
    if need.stage == "later":
        if begun is None:
            return Due(field, instead=instead)
        due_from = _from(begun) + LATER
        return Due(field, due_from + NOTICE, due_from=due_from, instead=instead)
    assert need.since is not None, "a dated need has its day"
    day = datetime.combine(need.since, time(), UTC)
    if now < day:
        return Due(field, day, due_from=day - FORETOLD, future=True, instead=instead)
    start = max(day, _from(asked))
    return Due(field, start + NOTICE, due_from=start, instead=instead)


def _standing(state: State, name: str, dues: Sequence[Due], now: datetime) -> Standing:
    current = [one for one in dues if not one.future]
    future = _requirements(state, [one for one in dues if one.future], now, None)
    if state.rejected:
        status, reason = "inactive", "rejected.other"
    elif any(_past(one, now) for one in current):
        status, reason = "inactive", "requirements.fields_needed"
    elif _waits(state, name):
        status, reason = "pending", "pending.review"
    else:
        status, reason = "active", None
    return Standing(status, _requirements(state, current, now, reason), future)


def _waits(state: State, name: str) -> bool:
    """Tell whether somebody has to be verified before a capability is active.

    What was taken away comes back no sooner than what was sent for it is found to be right.
    """
    if name not in state.begun:
        return state.gated and any(
            subject.check is None or subject.check.status == "pending"
            for _, subject in _verified(state)
        )
    return name not in state.active and any(
        subject.check is not None and subject.check.status == "pending"
        for _, subject in _subjects(state)
    )


def _requirements(
    state: State, dues: Sequence[Due], now: datetime, reason: str | None
) -> Requirements:
    future = any(one.future for one in dues)
    current = [one for one in dues if _is_due(one, now)]
    deadlines = [one.deadline for one in current if one.deadline and one.deadline > now]
    errors = [] if future else [*_errors(state)]
    named = {one.field for one in dues}
    return Requirements(
        alternatives=tuple(
            {"alternative_fields_due": [*group], "original_fields_due": [one.field]}
            for one in dues
            for group in one.instead
        ),
        current_deadline=unix_seconds(min(deadlines)) if deadlines else None,
        currently_due=tuple(sorted(one.field for one in current)),
        disabled_reason=reason,
        errors=tuple(each for each in errors if each["requirement"] in named),
        eventually_due=tuple(sorted(one.field for one in dues)),
        past_due=tuple(sorted(one.field for one in dues if _past(one, now))),
        pending_verification=() if future else tuple(sorted(_pending(state))),
    )


def _subjects(state: State) -> Iterator[tuple[str, Subject]]:
    yield from state.people.items()
    if state.business_type != "individual":
        yield "company", state.company


def _verified(state: State) -> Iterator[tuple[str, Subject]]:
    """Yield whoever is verified before an account may begin."""
    for name, subject in _subjects(state):
        if name in ("individual", "company") or "representative" in subject.roles:
            yield name, subject


def _pending(state: State) -> Iterator[str]:
    for prefix, subject in _subjects(state):
        if subject.check is None or subject.check.status != "pending":
            continue
        for name in ("id_number", "ssn_last_4", "tax_id", "dob.day", "dob.month", "dob.year",
                     "verification.additional_document", "verification.document"):  # fmt: skip
            if name in subject.known:
                yield f"{prefix}.{name}"


def _errors(state: State) -> Iterator[dict[str, str]]:
    for prefix, subject in _subjects(state):
        for problem in subject.check.problems if subject.check else ():
            yield {
                "code": problem.code,
                "reason": problem.reason,
                "requirement": f"{prefix}.{problem.field}",
            }


def _account_reason(standings: Sequence[Standing], *, late: bool) -> str | None:
    statuses = {each.status for each in standings}
    if "pending" in statuses and "inactive" not in statuses:
        return "requirements.pending_verification"
    return "requirements.past_due" if late else None


def _unsaid(state: State, every: Mapping[str, Due]) -> bool:
    """Tell whether something is missing that has to be said at the beginning."""
    return (
        any(
            need.stage == "minimum" and any(_unmet(state, need))
            for name in state.asked or ("transfers",)
            for need in needs(state.country, state.business_type, state.agreement, name)
        )
        or BANK in every
    )


def _merged(dues: Iterable[Due]) -> dict[str, Due]:
    """Return what is due, each field once."""
    found: dict[str, Due] = {}
    for one in dues:
        found[one.field] = _sooner(found.get(one.field), one)
    return found


def _sooner(known: Due | None, one: Due) -> Due:
    """Return when something is due that is needed twice: from the first and by the first time."""
    if known is None or (known.future and not one.future):
        return one
    if one.future:
        return known
    return known._replace(
        deadline=_earliest(known.deadline, one.deadline),
        now=known.now or one.now,
        due_from=_earliest(known.due_from, one.due_from),
    )


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((each for each in moments if each is not None), default=None)


def _is_due(one: Due, now: datetime) -> bool:
    return one.now or (one.due_from is not None and one.due_from <= now)


def _past(one: Due, now: datetime) -> bool:
    return not one.future and (one.now or (one.deadline is not None and one.deadline <= now))


def _moments(dues: Sequence[Due], now: datetime) -> Iterator[datetime]:
    for one in dues:
        yield from (at for at in (one.due_from, one.deadline) if at is not None and at > now)


def _from(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
