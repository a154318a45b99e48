"""Reach: whether any bank and rail can pay an account in a currency, and how fast.

Each rail is asked about a small payment, since what a rail reaches is among its own dated rules.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bezant.kernel.money import Money
from bezant.movement.banks import Banks, Lane
from bezant.movement.route import FAST
from bezant.rail import Account, Address, Instruction, Party, Service

_PROBE = "mv_000000000000000000000000"
_NAME = "ACCOUNT HOLDER"
_TOWN = "TOWN"


class Target(NamedTuple):
    """An account in a country, and the currency in which it is to be paid, in one mode."""

    account: Account
    country: str
    currency: str
    livemode: bool

    @property
    def tag(self) -> str:
        """The name of the account's shape."""
        tag = self.account.__struct_config__.tag
        assert isinstance(tag, str), "every shape of account has a tag"
        return tag


class Reach(NamedTuple):
    """The services by which an account can be paid, and why other rails can't, each once."""

    services: frozenset[Service]
    objections: tuple[str, ...]

    @property
    def methods(self) -> tuple[str, ...]:
        """The payout methods of the account: whatever is as fast serves for less as well."""
        if not self.services & set(FAST):
            return ()
        return ("standard", "instant") if "instant" in self.services else ("standard",)


def currencies(banks: Banks, *, livemode: bool) -> tuple[str, ...]:
    """Return the currencies in which a mode's banks pay out."""
    lanes = banks.lanes(livemode=livemode)
    return tuple(sorted({lane.bank.currency for lane in lanes if _pays(lane)}))


def shapes(banks: Banks, currency: str, *, livemode: bool) -> frozenset[str]:
    """Return the shapes of accounts that rails pay in a currency, by their tags."""
    lanes = banks.lanes(livemode=livemode, currency=currency)
    return frozenset(
        tag for lane in lanes if _pays(lane) for tag in lane.rail.capabilities.accounts
    )


def reach(banks: Banks, target: Target, now: datetime) -> Reach:
    """Return by which services an account can be paid."""
    services: set[Service] = set()
    objections: dict[str, None] = {}
    for lane in banks.lanes(livemode=target.livemode, currency=target.currency):
        if not _pays(lane) or target.tag not in lane.rail.capabilities.accounts:
            continue
        for service in lane.access.services or lane.rail.capabilities.services:
            reasons = lane.rail.objections(_probe(lane, target, service, now))
            if not reasons:
                services.add(service)
            objections |= dict.fromkeys(_named(lane, reasons))
    return Reach(frozenset(services), tuple(objections))


def _pays(lane: Lane) -> bool:
    return "credit" in (lane.access.directions or lane.rail.capabilities.directions)


def _named(lane: Lane, reasons: tuple[str, ...]) -> Iterator[str]:
    return (f"{lane.rail.capabilities.title}: {reason}" for reason in reasons)


def _probe(lane: Lane, target: Target, service: Service, now: datetime) -> Instruction:
    table = lane.rail.timetable(now, service, "credit", lane.access.cut_offs.get(service))
    receiver = Party(_NAME, target.account, address=Address(target.country, _TOWN))
    return Instruction(
        movement=_PROBE,
        trace=lane.rail.trace(lane.access.originator, 1),
        amount=Money(lane.access.min_amount, target.currency),
        direction="credit",
        counterparty=receiver,
        effective_date=table.effective_date,
        service=service,
        description="PAYOUT",
    )
