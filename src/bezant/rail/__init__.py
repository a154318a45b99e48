"""What a rail is: the instructions that it carries, the facts that it brings back, its rules.

A rail is pure: it turns instructions into the bytes of a bank's format and bytes into facts.
"""

from bezant.rail.accounts import (
    Account,
    BicAccount,
    BrAccount,
    CardToken,
    GbAccount,
    IbanAccount,
    InAccount,
    OwnAccount,
    PixKey,
    UpiAddress,
    UsAccount,
)
from bezant.rail.facts import Fact, FactKind, ReadFile, Totals
from bezant.rail.orders import (
    Act,
    Address,
    Direction,
    Instruction,
    Mandate,
    Original,
    Originator,
    Party,
    Service,
)
from bezant.rail.protocol import (
    Capabilities,
    Mode,
    Rail,
    Reading,
    ReadsByBank,
    ReadsStreams,
    Retry,
    RuleBook,
    ShowsTraces,
    Source,
    Timetable,
)
from bezant.rail.rules import Rule, in_force

__all__ = [
    "Account",
    "Act",
    "Address",
    "BicAccount",
    "BrAccount",
    "Capabilities",
    "CardToken",
    "Direction",
    "Fact",
    "FactKind",
    "GbAccount",
    "IbanAccount",
    "InAccount",
    "Instruction",
    "Mandate",
    "Mode",
    "Original",
    "Originator",
    "OwnAccount",
    "Party",
    "PixKey",
    "Rail",
    "ReadFile",
    "Reading",
    "ReadsByBank",
    "ReadsStreams",
    "Retry",
    "Rule",
    "RuleBook",
    "Service",
    "ShowsTraces",
    "Source",
    "Timetable",
    "Totals",
    "UpiAddress",
    "UsAccount",
    "in_force",
]
