"""Orders: what a rail is asked to do, for whom, and whoever asks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from bezant.kernel.errors import Problem
from bezant.kernel.money import Money
from bezant.rail.accounts import Account

Direction = Literal["credit", "debit"]
"""As the counterparty sees it: a credit pays them, a debit collects from them."""

Service = str
"""How fast and dear: `standard`, `same_day`, `instant`, `urgent`, as a rail declares."""

Act = Literal[
    "pay",
    "prenote",
    "reverse",
    "return",
    "recall",
    "answer_recall",
    "enquire",
    "request",
    "dishonor",
    "contest",
    "verify",
    "mandate",
]
"""What is asked: to move money (`pay`, by direction), or something about a movement.

`prenote` tries an account without money, `reverse` takes back an own mistake, `return` sends
received money back, `recall` asks the other side for it and `answer_recall` answers such a
question, `enquire` asks what became of a movement, `request` asks somebody to pay, `dishonor` and
`contest` argue about a return, `verify` asks whether a name and an account belong together,
`mandate` lodges or ends an authority to collect, as `reason` says in the network's words.
"""


class Address(Struct, frozen=True):
    """A postal address, structured as ISO 20022 wants it."""

    country: str
    town: str = ""
    postal_code: str = ""
    street: str = ""
    building: str = ""
    state: str = ""


class Party(Struct, frozen=True):
    """The other side of a movement: a name and an account."""

    name: str
    account: Account
    holder: Literal["individual", "company"] = "individual"
    address: Address | None = None
    tax_id: str | None = None
    bank_name: str = ""


class Mandate(Struct, frozen=True):
    """What entitles somebody to collect: a direct debit's mandate, or an ACH authorisation."""

    reference: str
    signed_on: date
    sequence: Literal["first", "recurring", "one_off", "final"] = "recurring"
    scheme: str = ""
    amended_from: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


class Original(Struct, frozen=True):
    """The movement that an act is about, as the network knows it; `on` is its settlement date.

    `file_reference` and `batch` are what statements call the file and the batch that it was in.
    """

    trace: str
    amount: Money
    on: date
    end_to_end_id: str = ""
    file_reference: str = ""
    format: str = ""
    batch: str = ""


class Instruction(Struct, frozen=True):
    """An order to do one thing once; the trace is its name at the bank for ever.

    `reference` identifies the receiver or the purpose to them, `remittance` is free text for them,
    `reason` the network's code for what is not a plain payment, `details` what one rail alone
    knows (an SEC code, who bears charges), each key documented by that rail.
    """

    movement: str
    trace: str
    amount: Money
    direction: Direction
    counterparty: Party
    effective_date: date
    act: Act = "pay"
    service: Service = "standard"
    description: str = ""
    reference: str = ""
    end_to_end_id: str = ""
    remittance: str = ""
    purpose: str = ""
    reason: str = ""
    mandate: Mandate | None = None
    original: Original | None = None
    details: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


def not_alone(instructions: Sequence[Instruction]) -> Iterator[Problem]:
    """Say that a message which has room for one instruction is to have more, or none."""
    if len(instructions) != 1:
        yield Problem(None, None, f"a message has one instruction, not {len(instructions)}")


class Originator(Struct, frozen=True):
    """Whoever sends files to a bank, as the bank knows them.

    `bank_id` is the bank's number in the rail (routing number, BIC, sort code, ISPB), `company_id`
    the sender's (company id, creditor identifier, service user number), `dialect` what this bank
    wants otherwise than others, each key documented by its rail.
    """

    name: str
    company_id: str
    bank_id: str
    account: Account
    bank_name: str
    origin_id: str = ""
    address: Address | None = None
    dialect: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
