"""A profile: all that tells one interbank network from another, as data."""

import re
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Literal

from msgspec import Struct

from bezant.iso20022.head import Header
from bezant.iso20022.messages import Envelope
from bezant.rail import Act, FactKind

Side = Literal["sent", "heard"]
"""Whether a message is one of ours on its way out, or one that came in."""

_HEAD = 4000


class Profile(Struct, frozen=True):
    """One network.

    `versions` are the messages that it carries, by family (`pacs.008`), and `envelopes` what stands
    around them. A message is one of ours where its beginning matches `sent`, or where it goes to a
    number that begins with `sent_to`; `message_ids` is the pattern of our messages' names. The
    network answers under `named_by`: the instruction's own name, or the UETR. `clearing` and
    `members` are the codes of the clearing system and of its members' numbers, `network` is its own
    number in headers. `kinds` say what each status means, `granted` and `refused` answer a recall.
    `bearers` are who may bear charges, the usual one first, `instruments` local instruments, and
    `purposes` categories by the receiver's kind. `heading` is what an envelope says before its
    body. `details` are the keys of instructions that the network knows, `dialect` those of a
    bank. With `returns_by_payment`
    money comes back as a new payment that names the old one. Without `own_ids` what is no payment
    has no identification but its message's.
    """

    name: str
    title: str
    currencies: tuple[str, ...]
    versions: Mapping[str, str]
    acts: tuple[Act, ...]
    accounts: tuple[str, ...]
    envelopes: Mapping[str, Envelope]
    named_by: Literal["instruction", "uetr"]
    clearing: str
    members: str
    network: str
    kinds: Mapping[str, FactKind]
    granted: str
    refused: str
    bearers: tuple[str, ...]
    zone: tzinfo
    message_ids: str
    sent: re.Pattern[bytes] | None = None
    sent_to: str = ""
    instruments: Mapping[str, str] = {}
    purposes: Mapping[str, str] = {}
    level: str = ""
    practice: tuple[str, str] = ("", "")
    service: str = ""
    heading: Callable[[Header], bytes] | None = None
    names_payment: bool = False
    short_instruction: bool = False
    returns_by_payment: bool = False
    own_ids: bool = True
    details: frozenset[str] = frozenset()
    dialect: frozenset[str] = frozenset({"network", "market_practice"})

    @property
    def currency(self) -> str:
        """The currency of messages that name none."""
        return self.currencies[0]

    def side(self, data: bytes, header: Header | None) -> Side:
        """Tell whether a message is one of ours; one that does not say came in."""
        to = header.to_agent.id if header and header.to_agent else ""
        if self.sent is not None and self.sent.search(data[:_HEAD]):
            return "sent"
        return "sent" if self.sent_to and to.startswith(self.sent_to) else "heard"
