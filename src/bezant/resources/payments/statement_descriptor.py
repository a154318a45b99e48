"""Statement descriptors: what payers read on their statements, and what it may be made of.

Stripe, "Statement descriptors", section "Statement descriptor requirements".
"""

from typing import Annotated, Any, Protocol

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.params import Check
from bezant.api.refusals import cut, invalid
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.owners import Owner
from bezant.resources.payments.charge import Charge

_LEAST, _MOST = 5, 22
_LONGEST_PREFIX = 10
_FORBIDDEN = frozenset("<>\\'\"*")


def _readable(text: str, param: str) -> str:
    wrong = sorted(_FORBIDDEN & set(text))
    if wrong:
        raise invalid(
            f"A statement can't show {' '.join(wrong)}: leave that out of '{cut(text)}'.", param
        )
    if not any(sign.isascii() and sign.isalpha() for sign in text):
        raise invalid(
            f"What a statement shows has at least one Latin letter: '{cut(text)}' has none.", param
        )
    return text


def _whole(text: str, param: str) -> str:
    if len(text) < _LEAST:
        raise invalid(f"A statement descriptor has at least {_LEAST} characters.", param)
    return _readable(text, param)


Descriptor = Annotated[str, Meta(max_length=_MOST), Check(_whole)]
"""All that a statement shows."""
Suffix = Annotated[str, Meta(max_length=_MOST), Check(_readable)]
"""What follows on the account's prefix."""
Prefix = Annotated[str, Meta(max_length=_LONGEST_PREFIX), Check(_readable)]
"""What an account lets all that it shows of single payments begin with."""


class Described(Protocol):
    """What is paid for, as far as a statement tells of it."""

    @property
    def statement_descriptor(self) -> str | None:
        """What is shown."""
        ...

    @property
    def statement_descriptor_suffix(self) -> str | None:
        """What is shown after the account's prefix."""
        ...


def descriptor(owner: Owner, paid: Described) -> str:
    """Return what a payer's statement shows, 22 characters at most."""
    own = _settings(owner, "payments").get("statement_descriptor") or _name(owner)
    if paid.statement_descriptor_suffix:
        return _joined(owner, own, paid.statement_descriptor_suffix)
    return (paid.statement_descriptor or own)[:_MOST]


def card_descriptor(owner: Owner, paid: Described) -> str:
    """Return what a cardholder's statement shows, which always begins with the account's name."""
    own = _settings(owner, "payments").get("statement_descriptor") or _name(owner)
    suffix = paid.statement_descriptor_suffix or paid.statement_descriptor
    return _joined(owner, own, suffix) if suffix else own[:_MOST]


def described(ctx: Context, charge: Charge, owner: Owner, paid: Described) -> Charge:
    """Let a charge be captured with other words than it was authorized with."""
    return ctx.save(
        charge,
        calculated_statement_descriptor=card_descriptor(owner, paid),
        statement_descriptor=paid.statement_descriptor or charge.statement_descriptor,
        statement_descriptor_suffix=paid.statement_descriptor_suffix,
    )


def check_of_card(sent: str | None) -> None:
    """Refuse a whole descriptor for a card, as Stripe does since 2024."""
    if sent is not None:
        raise InvalidRequest(
            "A payment that may be made by card has no `statement_descriptor` of its own: send "
            "`statement_descriptor_suffix`, which follows on the account's prefix.",
            code="payment_intent_invalid_parameter",
            param="statement_descriptor",
        )


def _joined(owner: Owner, own: str, suffix: str) -> str:
    prefix = _settings(owner, "card_payments").get("statement_descriptor_prefix") or own
    return f"{prefix[:_LONGEST_PREFIX].rstrip()}* {suffix}"[:_MOST]


def _name(owner: Owner) -> str:
    return owner.business_profile.get("name") or owner.id


def _settings(owner: Owner, of: str) -> dict[str, Any]:
    return owner.settings.get(of) or {}
