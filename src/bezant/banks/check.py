"""Checking a profile against the world: account numbers, rails, hours, limits, prices."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from bezant.banks.strict import nearest
from bezant.kernel.errors import ConfigError, FileRefused
from bezant.kernel.money import Money
from bezant.movement.banks import Banks, Rails
from bezant.movement.profile import BankProfile, BankRail
from bezant.rail import (
    Account,
    BicAccount,
    BrAccount,
    CaAccount,
    GbAccount,
    IbanAccount,
    InAccount,
    Instruction,
    Party,
    Rail,
    UsAccount,
)
from bezant.rail.identifiers import (
    is_bic,
    is_ca_account_number,
    is_gb_account_number,
    is_iban,
    is_ifsc,
    is_institution_number,
    is_ispb,
    is_routing_number,
    is_sort_code,
    is_transit_number,
)
from bezant.reconcile.mt940 import DIALECTS

_WORKDAYS = [datetime(2026, 3, day, tzinfo=UTC) for day in range(2, 7)]
"""A week in which no bank that we know has a holiday, from midnight UTC each day."""


def check(profile: BankProfile, rails: Rails) -> Iterator[str]:
    """Yield a sentence for everything about a profile that cannot be right."""
    yield from _account_faults(profile.details)
    if profile.mt940 and profile.mt940 not in DIALECTS:
        yield f"mt940: {profile.mt940!r} is no dialect; there are {', '.join(DIALECTS)}"
    unknown = [name for name in profile.rails if name not in rails]
    for name in unknown:
        yield f"rails.{name} is no rail; the nearest is {nearest(name, [*rails])}"
    if unknown:
        return
    try:
        Banks([profile], rails)
    except ConfigError as error:
        yield str(error)
        return
    for name, access in profile.rails.items():
        yield from (f"rails.{name}: {fault}" for fault in _rail_faults(access, rails[name]))
        yield from (f"rails.{name}.{fault}" for fault in _trial(profile, access, rails[name]))


def _trial(profile: BankProfile, access: BankRail, rail: Rail) -> Iterator[str]:
    """Pack a payment to ourselves, for what the rail says of the originator and its dialect."""
    can, originator = rail.capabilities, access.originator
    day = _WORKDAYS[0]
    try:
        order = Instruction(
            movement="trial",
            trace=rail.trace(originator, 1),
            amount=Money(access.min_amount, profile.currency),
            direction=(access.directions or can.directions)[0],
            counterparty=Party(profile.holder, profile.details),
            effective_date=rail.timetable(day).effective_date,
        )
        rail.pack([order], originator, created_at=day, file_modifier="A", reference="BZ000001")
    except FileRefused as refusal:
        for problem in refusal.problems:
            if (problem.path or "").partition(".")[0] in ("dialect", "originator"):
                place = (problem.path or "").removeprefix("originator.")
                yield f"originator.{place}: {problem.reason}"


def _rail_faults(access: BankRail, rail: Rail) -> Iterator[str]:
    can = rail.capabilities
    if access.max_amount is not None and access.max_amount < access.min_amount:
        yield f"max_amount {access.max_amount} is below min_amount {access.min_amount}"
    if access.max_amount is not None and access.max_amount > can.max_amount:
        yield f"max_amount {access.max_amount} is above what the rail carries, {can.max_amount}"
    for service, hour in access.cut_offs.items():
        late = any(
            rail.timetable(day, service, cut_off=hour).cut_off
            > rail.timetable(day, service).cut_off
            for day in _WORKDAYS
        )
        if late:
            yield f"cut_offs.{service} {hour} is later than the rail's own"
    for service, rows in access.dated_prices.items():
        ordered = sorted(rows, key=lambda row: row.valid_from)
        for row, after in pairwise(ordered):
            if row.valid_to is None or row.valid_to >= after.valid_from:
                yield f"prices.{service}: two prices are in force on {after.valid_from}"


def _account_faults(details: Account) -> Iterator[str]:
    for field, holds, wanted in _NUMBERS.get(type(details), ()):
        number: str | None = getattr(details, field)
        if number is not None and not holds(number):
            yield f"details.{field} {number} is not {wanted}"


_NUMBERS: Mapping[type, Sequence[tuple[str, Callable[[str], bool], str]]] = {
    UsAccount: [("routing_number", is_routing_number, "nine digits with the right check digit")],
    IbanAccount: [
        ("iban", is_iban, "an IBAN with the right check digits"),
        ("bic", is_bic, "a BIC"),
    ],
    GbAccount: [
        ("sort_code", is_sort_code, "six digits"),
        ("account_number", is_gb_account_number, "eight digits"),
    ],
    CaAccount: [
        ("institution_number", is_institution_number, "three digits"),
        ("transit_number", is_transit_number, "five digits"),
        ("account_number", is_ca_account_number, "5 to 12 digits"),
    ],
    BicAccount: [("bic", is_bic, "a BIC")],
    BrAccount: [("ispb", is_ispb, "an ISPB of eight digits")],
    InAccount: [("ifsc", is_ifsc, "an IFSC")],
}
"""What can be checked of an account's numbers without asking anybody."""
