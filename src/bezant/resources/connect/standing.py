"""Standing: what an account may do as it follows from everything that is known of it.

Every change of an account goes through here: it is assessed again, whoever can be verified is
submitted, and what has changed is told to the account itself.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from bezant.api.context import COLUMNS, Context, Hidden
from bezant.kernel.codec import (
    decode_json,
    encode_json,
    from_microseconds,
    microseconds,
    unix_seconds,
)
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect import facts
from bezant.resources.connect.account import Account, own_book
from bezant.resources.connect.account_events import tell_updated
from bezant.resources.connect.account_shapes import Requirements
from bezant.resources.connect.capability import Capability
from bezant.resources.connect.person import Person, PersonRequirements
from bezant.resources.connect.requirement_table import OF_RECIPIENTS
from bezant.resources.connect.requirements import (
    BANK,
    Assessment,
    State,
    assess,
    checkable,
    of_person,
)
from bezant.resources.connect.v2_capabilities import columns
from bezant.store.objects import Row

VERIFY, REVIEW = "account.verify", "account.review"
"""Jobs: to have somebody verified, and to look at an account when something is due."""
_SHOWN = "shown"
"""Where an account's hidden part has its capabilities as they were when it was kept last."""
_STATUS = {"pending": "pending", "passed": "verified", "failed": "unverified"}


def keep(ctx: Context, account: Account, **changes: Any) -> Account:
    """Store a new version of an account, with what follows from the changes."""
    hidden = ctx.hidden(account)
    account = replace(account, **changes)
    _check_agreement(account)
    if _exempt(ctx, account):
        return ctx.save(_of_platform(account))
    hidden[COLUMNS] = columns(account.capabilities, hidden)
    state = _submitted(ctx, account, hidden)
    found = assess(state, ctx.now(), has_bank=bool(account.external_accounts.data))
    if _begin(hidden, found, unix_seconds(ctx.now())):
        account = _settled(account, found, hidden)
        found = _assessed(ctx, account, hidden)
    _look_again(ctx, account, hidden, found.again)
    account = _settled(account, found, hidden)
    hidden[_SHOWN] = {name: msgspec.to_builtins(_viewed(account, hidden, name, found))
                      for name in account.capabilities}  # fmt: skip
    return ctx.save(account)


def _check_agreement(account: Account) -> None:
    """Refuse what an account can't ask for that has only agreed to be transferred money."""
    if account.tos_acceptance.get("service_agreement") != "recipient":
        return
    others = sorted(account.capabilities.keys() - OF_RECIPIENTS)
    if others:
        raise InvalidRequest(
            "With the service agreement `recipient` an account can only ask for "
            f"{' and '.join(sorted(OF_RECIPIENTS))}, and not for {others[0]}: use the agreement "
            "`full`.",
            param=f"capabilities[{others[0]}]",
        )


def save(
    ctx: Context, account: Account, *, beside: Collection[str] = (), **changes: Any
) -> Account:
    """Store a new version of an account, and tell the account itself what has changed.

    Capabilities are told of, too, that have another status or other requirements than when the
    account was kept last; `beside` are parts of v2 that have changed and that it does not show.
    """
    kept: Mapping[str, Any] = ctx.hidden(account).get(_SHOWN, {})
    before = {
        name: msgspec.convert(kept[name], Capability) if name in kept else view(ctx, account, name)
        for name in account.capabilities
    }
    stored = keep(ctx, account, **changes)
    book = own_book(ctx, account)
    if stored != account:
        ctx.emit("account.updated", stored, book=book)
    for name in sorted({*before, *stored.capabilities}):
        was = before.get(name) or _unrequested(account, name)
        now = view(ctx, stored, name)
        if now != was:
            body = encode_json(was).decode()
            ctx.adopt(was, Row(was.kind(), was.id, 0, body, None, deleted=False), book)
            ctx.emit("capability.updated", now, book=book)
    if stored != account or beside:
        tell_updated(ctx, account, stored, beside)
    return stored


def assessed(ctx: Context, account: Account) -> Account:
    """Return an account as it would be kept now."""
    hidden = ctx.hidden(account)
    return _settled(account, _assessed(ctx, account, hidden), hidden)


def view(ctx: Context, account: Account, name: str) -> Capability:
    """Return a capability of an account as it is now."""
    hidden = ctx.hidden(account)
    status = account.capabilities.get(name)
    if status is None:
        return _unrequested(account, name)
    if _exempt(ctx, account):
        return Capability(
            id=name, account=account.id, requested=True, requested_at=None, status=status
        )
    return _viewed(account, hidden, name, _assessed(ctx, account, hidden))


def _viewed(account: Account, hidden: Hidden, name: str, found: Assessment) -> Capability:
    standing = found.capabilities[name]
    return Capability(
        id=name,
        account=account.id,
        future_requirements=standing.future,
        requested=True,
        requested_at=hidden.get("requested", {}).get(name),
        requirements=standing.requirements,
        status=standing.status,
    )


def shown(ctx: Context, account: Account, person: Person) -> Person:
    """Return a person with what is required of it and how it was verified."""
    if _exempt(ctx, account):
        return person
    hidden = ctx.hidden(account)
    return _shown(account, _assessed(ctx, account, hidden), hidden, person)


def gated(account: Account, *, livemode: bool) -> bool:
    """Tell whether an account may do nothing before it has said the minimum.

    An account of test mode whose platform collects what is required works at once, and so does
    a standard one: it would say the minimum where it has the whole dashboard.
    """
    collects = account.controller.get("requirement_collection") == "application"
    whole = account.controller.get("stripe_dashboard", {}).get("type") == "full"
    return livemode or not (collects or whole)


def _exempt(ctx: Context, account: Account) -> bool:
    return account.id == ctx.caller.platform


def _of_platform(account: Account) -> Account:
    has_bank = bool(account.external_accounts.data)
    due = () if has_bank else (BANK,)
    return replace(
        account,
        payouts_enabled=has_bank,
        requirements=Requirements(currently_due=due, eventually_due=due),
    )


def _assessed(ctx: Context, account: Account, hidden: Hidden) -> Assessment:
    state = facts.state_of(account, hidden, gated=gated(account, livemode=ctx.livemode))
    return assess(state, ctx.now(), has_bank=bool(account.external_accounts.data))


def _submitted(ctx: Context, account: Account, hidden: Hidden) -> State:
    """Have everybody verified of whom enough is known; returns what is known then."""
    company = facts.of_company(ctx, account.company, hidden.get(facts.COMPANY, {}))
    facts.note(hidden, facts.COMPANY, company)
    is_gated = gated(account, livemode=ctx.livemode)
    state = facts.state_of(account, hidden, gated=is_gated)
    for name, told in facts.noted(hidden).items():
        if told.check is not None and told.check.of == told.digest:
            continue
        if not checkable(told.subject(), _part(account, name), state):
            continue
        facts.note(hidden, name, facts.judged(ctx, told, told.answer))
        if told.answer is None:
            asked = {"platform": ctx.caller.platform, "account": account.id, "subject": name,
                     "of": told.digest, "livemode": ctx.livemode}  # fmt: skip
            ctx.enqueue(VERIFY, asked)
    return facts.state_of(account, hidden, gated=is_gated)


def _part(account: Account, name: str) -> str:
    """Return what a subject is called where its needs are listed."""
    if name == facts.COMPANY:
        return facts.COMPANY
    return "individual" if account.business_type == "individual" else "representative"


def _begin(hidden: Hidden, found: Assessment, now: int) -> bool:
    """Note since when capabilities have been active; tells whether any has just begun."""
    begun: dict[str, int] = hidden.get("begun", {})
    new = [
        name
        for name, standing in found.capabilities.items()
        if standing.status == "active" and name not in begun
    ]
    hidden["begun"] = {**begun, **dict.fromkeys(new, now)}
    return bool(new)


def _look_again(ctx: Context, account: Account, hidden: Hidden, again: datetime | None) -> None:
    """Have the account looked at when something is due, unless that is planned already."""
    planned = hidden.get("again")
    if again is None or planned == microseconds(again):
        return
    hidden["again"] = microseconds(again)
    asked = {"platform": ctx.caller.platform, "account": account.id, "livemode": ctx.livemode}
    ctx.enqueue(REVIEW, asked, at=again)


def due_for_review(ctx: Context, account: Account) -> bool:
    """Tell whether the planned moment has come; it is planned no more."""
    planned: int | None = ctx.hidden(account).get("again")
    if planned is None or from_microseconds(planned) > ctx.now():
        return False
    del ctx.hidden(account)["again"]
    return True


def _settled(account: Account, found: Assessment, hidden: Hidden) -> Account:
    capabilities = {name: each.status for name, each in found.capabilities.items()}
    active = [name for name, status in capabilities.items() if status == "active"]
    has_bank = bool(account.external_accounts.data)
    paused = bool(hidden.get("payouts_paused"))
    bank_due = BANK in found.account.past_due
    individual = account.individual
    if not isinstance(individual, UnsetType):
        person = msgspec.convert(individual, Person)
        individual = decode_json(
            encode_json(_shown(account, found, hidden, person)), dict[str, Any]
        )
    return replace(
        account,
        capabilities=capabilities,
        charges_enabled=any(name.endswith("_payments") for name in active),
        details_submitted=found.submitted,
        future_requirements=found.future,
        individual=individual,
        payouts_enabled=has_bank
        and bool(active or account.rejected)
        and not paused
        and not bank_due,
        requirements=found.account,
    )


def _shown(account: Account, found: Assessment, hidden: Hidden, person: Person) -> Person:
    is_individual = account.business_type == "individual" and (
        not isinstance(account.individual, UnsetType) and account.individual["id"] == person.id
    )
    prefix = "individual" if is_individual else person.id
    told = facts.noted(hidden).get(person.id)
    check = told.check if told else None
    verification = {**person.verification, "status": "unverified"}
    if check is not None:
        verification["status"] = _STATUS[check.status]
        first = check.problems[0] if check.problems else None
        verification["details"] = first.reason if first else None
        verification["details_code"] = first.code if first else None
    return replace(
        person,
        future_requirements=_of_person(found.future, prefix),
        requirements=_of_person(found.account, prefix),
        verification=verification,
    )


def _of_person(whole: Requirements, prefix: str) -> PersonRequirements:
    own = of_person(whole, prefix)
    return PersonRequirements(
        alternatives=own.alternatives,
        currently_due=own.currently_due,
        errors=own.errors,
        eventually_due=own.eventually_due,
        past_due=own.past_due,
        pending_verification=own.pending_verification,
    )


def _unrequested(account: Account, name: str) -> Capability:
    return Capability(
        id=name, account=account.id, requested=False, requested_at=None, status="unrequested"
    )
