"""Bank profiles: an account of the operator's at a bank, and the rails that lead out of it.

A new bank is a new profile; nothing else in the program knows a bank by name.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from bezant.rail import Account, Direction, Originator, Rule, Service, UsAccount

MOST_IN_A_FILE = 10_000
"""Entries of a batch file at a bank that names no other limit."""


Report = Literal["bai2", "camt.052", "camt.053", "camt.054", "mt940", "mt942"]
"""What banks report in: statements, reports within the day, and notifications."""

REPORTS: tuple[str, ...] = get_args(Report)


class BankRail(Struct, frozen=True):
    """One rail as one bank offers it.

    Empty `services` and `directions` are all that the rail has. Amounts and `prices` (for each
    movement, by service; what is not named costs nothing) are in minor units of the profile's
    currency; `dated_prices` go before them while one of them is in force. `cut_offs` are the
    bank's own local hours by service, where it closes earlier than the rail. `most_in_a_file`
    bounds a batch file's entries, `max_file_total` what it pays or collects in all, `max_lines`
    its lines: what is more goes in another. From `approval_from` on, somebody other than who asked
    must approve a movement; None asks nobody. With `retries`, what comes back is tried again as
    often as the rail's rules allow.
    """

    originator: Originator
    services: tuple[Service, ...] = ()
    directions: tuple[Direction, ...] = ()
    cut_offs: Mapping[Service, time] = msgspec.field(default_factory=dict[Service, time])
    prices: Mapping[Service, int] = msgspec.field(default_factory=dict[Service, int])
    dated_prices: Mapping[Service, tuple[Rule[int], ...]] = msgspec.field(
        default_factory=dict[Service, tuple[Rule[int], ...]]
    )
    min_amount: int = 1
    max_amount: int | None = None
    most_in_a_file: int = MOST_IN_A_FILE
    max_file_total: int | None = None
    max_lines: int | None = None
    approval_from: int | None = None
    retries: bool = False

    def price(self, service: Service, on: date | None = None) -> int:
        """Return what the bank takes for one movement, in minor units, on a day if it is given."""
        rows = self.dated_prices.get(service, ()) if on is not None else ()
        dated = (row.value for row in rows if on is not None and row.holds(on))
        return next(dated, self.prices.get(service, 0))


class TransportPlan(Struct, frozen=True):
    """How files reach the bank: the kind of transport, and its options by name.

    The kind `folder` takes an option `root`, below the data folder if it is relative; without it,
    `banks/NAME`. Secrets are never options: an option names the file or variable that holds one.
    """

    kind: Literal["folder", "sftp", "https"] = "folder"
    options: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


class BankProfile(Struct, frozen=True):
    """One account of the operator's at one bank, in one currency and one mode.

    `account` is the number under which the bank's statements run, `details` the same account as a
    payer writes it, held by `holder` at `bank_name`. `rails` are by the rail's name. `notices`
    says what a change notice does: `apply` corrects the stored bank details, `record` only says so.
    `simulated` accounts are at a bank that the sandbox plays. `mt940` is the dialect of its MT940
    statements, empty where they are found by trying. `statements` are the formats that the bank
    sends of what banks report in; another is refused. Empty are all that there are.
    """

    name: str
    currency: str
    account: str
    details: Account
    holder: str
    bank_name: str
    rails: Mapping[str, BankRail]
    livemode: bool = False
    transport: TransportPlan = TransportPlan()
    notices: Literal["apply", "record"] = "apply"
    simulated: bool = False
    mt940: str = ""
    statements: tuple[Report, ...] = ()


_ROUTING, _NUMBER = "091000019", "000100200300"
_SANDBOX_ACCOUNT = UsAccount(_ROUTING, _NUMBER)

SANDBOX = BankProfile(
    name="sandbox",
    currency="usd",
    account=_NUMBER,
    details=_SANDBOX_ACCOUNT,
    holder="BEZANT OPERATOR",
    bank_name="SANDBOX BANK",
    rails={
        "ach": BankRail(
            Originator(
                name="BEZANT OPERATOR",
                company_id="1234567890",
                bank_id=_ROUTING,
                account=_SANDBOX_ACCOUNT,
                bank_name="SANDBOX BANK",
                origin_id="1234567890",
            )
        )
    },
    simulated=True,
)
"""The account at the simulated bank, in test mode."""
