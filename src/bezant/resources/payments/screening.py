"""Screening: what an account's rules say of a payment, before and after the network is asked.

A payment that is blocked before never reaches the network. One that is blocked for what its issuer
has answered is given back at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET, Struct
from msgspec.structs import replace

from bezant.api.context import COLUMNS, Context
from bezant.api.pages import bounds_between
from bezant.db.arrays import texts
from bezant.db.queries import load
from bezant.flows.risk import TRIES, Facts, Members, Rule, lists_in, most_counted, verdict
from bezant.kernel.codec import microseconds
from bezant.kernel.money import Money
from bezant.rail.cards import CardAnswer, CardRequest
from bezant.resources.core.owners import Owner, shelf
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.core.risk_rules import ELEVATED, HIGHEST, rules_to_apply
from bezant.resources.core.value_list import members
from bezant.resources.payments.ask_card import ask_later
from bezant.resources.payments.asking import ask_now, fence_of, reversal_of_request
from bezant.resources.payments.card import outcome_of
from bezant.resources.payments.charge import Charge, Outcome
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.review import opened

QUERIES = load("bezant.resources.payments", "screening.sql")
_MICROSECONDS = 1_000_000
_LAST = "ch_~"
"""Greater than the id of every charge."""
PAYERS = {
    "bank_account": "bank_account",
    "card": "card_fingerprint",
    "customer": "customer",
    "email": "email",
    "ip_address": "ip_address",
}
"""Whose tries are counted, and by which attribute each of them is known."""
_DECLINES = {
    "cvc_check": ("cvc_failure", "incorrect_cvc"),
    "address_postal_code_check": ("avs_failure", "incorrect_zip"),
}
"""Checks for which an account may decline, by which choice of its settings, and as what."""
IP_ADDRESS = "ip_address"
"""Where a charge's hidden part has from where it was agreed to, if that was said."""


_COUNTRIES: Mapping[str, str] = {
    "acss_debit": "CA",
    "bacs_debit": "GB",
    "us_bank_account": "US",
}
"""Where bank accounts are whose type is of one country."""


class Known(NamedTuple):
    """What an account's rules are held against: what is known of a payment, and of its lists."""

    rules: Sequence[Rule]
    facts: Facts
    listed: Members

    def verdict(self) -> Rule | None:
        """Return the rule that decides before anybody is asked."""
        return verdict(self.rules, self.facts, self.listed, answered=False)


class Screened(Struct, frozen=True, kw_only=True):
    """What came of asking: the answer as it counts, the rule that decided, if one did.

    `undoes` says that the network has approved what a rule blocks; `ip` is from where the payer
    has agreed.
    """

    answer: CardAnswer
    ip: str | None = None
    rule: Rule | None = None
    undoes: bool = False


def ip_of(acceptance: Mapping[str, Any] | None) -> str | None:
    """Return from where somebody has agreed to a mandate, if that was said."""
    online: Mapping[str, Any] = (acceptance or {}).get("online") or {}
    return online.get("ip_address")


async def ask(
    ctx: Context,
    intent: PaymentIntent,
    method: PaymentMethod,
    request: CardRequest,
    *,
    ip: str | None = None,
) -> Screened:
    """Ask the acquirer for a payment, unless the rules say otherwise."""
    return replace(await _asked(ctx, intent, method, request, ip), ip=ip)


async def _asked(
    ctx: Context,
    intent: PaymentIntent,
    method: PaymentMethod,
    request: CardRequest,
    ip: str | None,
) -> Screened:
    rules, facts, listed = found = await known(ctx, intent, method, ip)
    first = found.verdict()
    if first is not None and first.action == "block":
        return Screened(answer=_blocked(request), rule=first)
    answer = await ask_now(ctx, request, fence_of(ctx, intent))
    if not answer.approved:
        return Screened(answer=answer)
    code = await _declined_for(ctx, intent, {**facts, **_told(answer)})
    if code is not None:
        return Screened(answer=_undone(answer, code, code), undoes=True)
    if first is not None and first.action == "allow":
        return Screened(answer=answer, rule=first)
    return _judged(rules, {**facts, **_told(answer)}, listed, answer, first)


async def known(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, ip: str | None
) -> Known:
    """Return what the rules are held against; `ip` is from where the payer has agreed."""
    rules = await rules_to_apply(ctx)
    facts = {**facts_of(ctx, intent, method), "ip_address": ip}
    facts = {**facts, **await _tries(ctx, rules, facts)}
    return Known(rules, facts, await _listed(ctx, rules, facts))


def placed(ctx: Context, charge: Charge, ip: str | None) -> Charge:
    """Keep with a charge from where its payer has agreed, so that tries from there are counted."""
    if ip is None:
        return charge
    kept = {COLUMNS: {"type": ip}, IP_ADDRESS: ip}
    return ctx.save(charge, hidden=ctx.hidden(charge) | kept)


def noted(ctx: Context, charge: Charge, request: CardRequest, screened: Screened) -> Charge:
    """Let a charge show which rule has decided, and have done what follows from it."""
    rule = screened.rule
    charge = placed(ctx, charge, screened.ip)
    if rule is None and not screened.undoes:
        return charge
    charge = ctx.save(charge, outcome=_outcome(screened, rule))
    if screened.undoes:
        ask_later(ctx, reversal_of_request(request), charge.id)
    reviewed = rule is not None and rule.action == "review"
    return opened(ctx, charge, screened.ip) if reviewed else charge


def facts_of(ctx: Context, intent: PaymentIntent, method: PaymentMethod) -> dict[str, Any]:
    """Return what is known of a payment before anybody is asked."""
    email = method.billing_details.email or intent.receipt_email
    shown = getattr(method, method.type)
    return {
        **_of_method(method.type, {} if shown is UNSET else shown),
        "amount": intent.amount,
        "card_bin": ctx.hidden(method).get("bin") or None,
        "currency": intent.currency,
        "customer": intent.customer,
        "description": intent.description,
        "email": email,
        "email_domain": email.rpartition("@")[2] if email else None,
    }


def known_of(charge: Charge) -> dict[str, Any]:
    """Return what was known of a payment of before, with what came of it."""
    details = charge.payment_method_details or {}
    kind: str = details["type"]
    email, outcome = charge.payer, charge.outcome
    level = outcome.risk_level if outcome else UNSET
    score = outcome.risk_score if outcome else UNSET
    return {
        **_of_method(kind, details.get(kind) or {}),
        "amount": charge.amount,
        "currency": charge.currency,
        "customer": charge.customer,
        "description": charge.description,
        "email": email,
        "email_domain": email.rpartition("@")[2] if email else None,
        "risk_level": None if level is UNSET else level,
        "risk_score": None if score is UNSET else score,
    }


def _of_method(kind: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the details of a card or a bank account say, of a method or of a charge."""
    mark = shown.get("fingerprint")
    if kind != "card":
        country = shown.get("country") or _COUNTRIES.get(kind)
        return {
            f"{kind}_fingerprint": mark,
            "bank_account": mark,
            "bank_account_country": country,
            "payment_method_type": kind,
        }
    return {
        "card_brand": shown["brand"],
        "card_country": shown.get("country"),
        "card_fingerprint": mark,
        "card_funding": shown.get("funding"),
        "payment_method_type": kind,
        **(shown.get("checks") or {}),
    }


async def counted(
    ctx: Context, who: str, asked: Sequence[tuple[str, int, int | None]], most: int
) -> list[int]:
    """Return how often each of some payers had tried to pay: who, and between which microseconds.

    It is never counted further than `most`, so that it costs the same whoever has paid how often.
    """
    query = {
        "bank_account": QUERIES.by_fingerprint,
        "card": QUERIES.by_fingerprint,
        "customer": QUERIES.by_customer,
        "email": QUERIES.by_email,
        "ip_address": QUERIES.by_ip_address,
    }
    bounds = [bounds_between("ch", first, last) for _, first, last in asked]
    values = {
        "book": ctx.book.id,
        "who": texts([name for name, _, _ in asked]),
        "first": texts([bound.least if bound else "" for bound in bounds]),
        "last": texts([(bound.most or _LAST) if bound else "" for bound in bounds]),
        "most": most,
    }
    async with ctx.runtime.pool.connection() as conn:
        cursor = await conn.execute(query[who], values)
        return [row[0] for row in await cursor.fetchall()]


async def _tries(ctx: Context, rules: Sequence[Rule], facts: Facts) -> dict[str, int]:
    """Count tries as far as rules compare them."""
    now = microseconds(ctx.now())
    found: dict[str, int] = {}
    for attribute, most in most_counted(rules).items():
        who, seconds = TRIES[attribute]
        known = facts.get(PAYERS[who])
        if known is not None:
            span = (str(known), now - seconds * _MICROSECONDS, None)
            (found[attribute],) = await counted(ctx, who, [span], most)
    return found


async def _listed(ctx: Context, rules: Sequence[Rule], facts: Facts) -> Members:
    asked = [
        (name, str(facts[attribute]))
        for name, attributes in lists_in(rules).items()
        for attribute in attributes
        if facts.get(attribute) is not None
    ]
    return await members(ctx, asked)


def _judged(
    rules: Sequence[Rule], facts: Facts, listed: Members, answer: CardAnswer, first: Rule | None
) -> Screened:
    second = verdict(rules, facts, listed, answered=True)
    if second is None or (second.action == "review" and first is not None):
        return Screened(answer=answer, rule=first)
    if second.action != "block":
        return Screened(answer=answer, rule=second)
    no = _undone(answer, "card_declined", "fraudulent")
    return Screened(answer=no, rule=second, undoes=True)


async def _declined_for(ctx: Context, intent: PaymentIntent, facts: Facts) -> str | None:
    """Return as what the account declines a payment that its issuer has approved, if it does.

    Accounts choose whether to take cards whose code or postal code is wrong (`decline_on`).
    """
    wrong = [name for name in _DECLINES if facts.get(name) == "fail"]
    if not wrong:
        return None
    name = intent.on_behalf_of or ctx.account
    owner = await ctx.find(Owner, name, book=shelf(ctx, name))
    settings = {} if owner is None else owner.settings
    chosen: dict[str, bool] = settings.get("card_payments", {}).get("decline_on", {})
    codes = [code for each in wrong for choice, code in (_DECLINES[each],) if chosen.get(choice)]
    return codes[0] if codes else None


def _undone(answer: CardAnswer, code: str, decline_code: str) -> CardAnswer:
    """Return what counts in place of an approval."""
    return replace(
        answer,
        outcome="declined",
        amount=Money.zero(answer.amount.currency),
        code=code,
        decline_code=decline_code,
        network_code="",
    )


def _told(answer: CardAnswer) -> dict[str, Any]:
    """Return what an issuer's answer adds to what is known."""
    checks = {
        "address_line1_check": answer.checks.line1,
        "address_postal_code_check": answer.checks.postal_code,
        "cvc_check": answer.checks.cvc,
    }
    known = {name: check for name, check in checks.items() if check is not None}
    return {**known, "risk_level": answer.risk.level, "risk_score": answer.risk.score}


def _blocked(request: CardRequest) -> CardAnswer:
    return CardAnswer(
        outcome="declined",
        amount=Money.zero(request.amount.currency),
        code="card_declined",
        decline_code="fraudulent",
    )


def _outcome(screened: Screened, rule: Rule | None) -> Outcome:
    answer = screened.answer
    shown = outcome_of(answer)
    if rule is None:
        return replace(
            shown,
            network_status="reversed_after_approval",
            reason=answer.code,
            seller_message="The payment was declined for a check that failed, as the account's "
            "settings say.",
            type="blocked",
        )
    if rule.action == "allow":
        return replace(shown, reason="rule", rule=rule.id)
    if rule.action == "review":
        reason = "elevated_risk_level" if rule.id == ELEVATED else "rule"
        return replace(
            shown,
            reason=reason,
            rule=rule.id,
            seller_message="The payment was placed in review by a rule.",
            type="manual_review",
        )
    return replace(
        shown,
        network_status="reversed_after_approval" if screened.undoes else "not_sent_to_network",
        reason="highest_risk_level" if rule.id == HIGHEST else "rule",
        risk_level=answer.risk.level if screened.undoes else "not_assessed",
        risk_score=answer.risk.score if screened.undoes else UNSET,
        rule=rule.id,
        seller_message="The payment was blocked by a rule.",
        type="blocked",
    )
