"""The people whom payments reach: which accounts exist, and which answer with a return.

Every account exists and takes the money, except these. The numbers are those that Stripe's test
mode answers for, the codes the returns of the Nacha rules that come nearest:

    000111111116  R03  no account, or unable to locate it      no_account
    000111111113  R02  account closed                          account_closed
    000222222227  R01  insufficient funds                      insufficient_funds
    000333333335  R10  not authorised                          debit_not_authorized
    000444444440  R17  cannot be processed as it was written   invalid_currency
    000666666661  R04  not a valid account number              invalid_account_number
    000777777771  R20  takes no more such entries for now      bank_account_restricted
    000555555559  R10  not authorised, said three weeks later  debit_not_authorized

R01 and R10 answer debits in life; here on credits too. Every other code has an account in the same
spirit (NN are its digits), and an argument about a return goes on where its account says so:

    0009990001NN  RNN  the entry comes back with this code
    0009990002NN  CNN  the entry settles, and a notice of change says what was wrong
    0009990003NN  R03  the entry comes back; who dishonors that is contested with RNN
    0009990004NN  RNN  a return to this account is dishonored with RNN
"""

from collections.abc import Mapping
from types import MappingProxyType

from bezant.kernel.entropy import Entropy
from bezant.sim.scheme import Outcome

MAGIC_ACCOUNTS = {
    "000111111116": "R03",
    "000111111113": "R02",
    "000222222227": "R01",
    "000333333335": "R10",
    "000444444440": "R17",
    "000666666661": "R04",
    "000777777771": "R20",
}

DISPUTED = "000555555559"
"""Pays, and has it back when the payment has long counted as paid; takes what is sent to it."""

REASONS = {
    "R01": "INSUFFICIENT FUNDS",
    "R02": "ACCOUNT CLOSED",
    "R03": "NO ACCOUNT OR UNABLE TO LOCATE",
    "R04": "INVALID ACCOUNT NUMBER",
    "R10": "NOT AUTHORIZED",
    "R16": "ACCOUNT FROZEN",
    "R17": "FILE RECORD EDIT CRITERIA",
    "R20": "NON TRANSACTION ACCOUNT",
    "R23": "CREDIT REFUSED BY RECEIVER",
}

RETURNS = (*range(1, 48), *range(50, 54), *range(80, 86))
CHANGES = (*range(1, 10), 13, 14)
DISHONORS = (61, 62, *range(67, 71))
CONTESTS = tuple(range(71, 78))

# What a return by chance is for: each code as often as it stands here.
_BY_CHANCE = ("R03", "R03", "R03", "R03", "R02", "R02", "R01", "R04")

BY_CHANCE: tuple[tuple[Outcome, str], ...] = (
    *(("returned", code) for code in _BY_CHANCE),
    ("corrected", "C01"),
    ("corrected", "C05"),
)


def _magic() -> dict[str, tuple[Outcome, str]]:
    """Return every account that answers in its own way; `/ACT` marks what a client says of it."""
    accounts: dict[str, tuple[Outcome, str]] = {
        account: ("returned", code) for account, code in MAGIC_ACCOUNTS.items()
    }
    accounts[DISPUTED] = ("disputed", "R10")
    for number in RETURNS:
        accounts[f"0009990001{number:02d}"] = ("returned", f"R{number:02d}")
    for number in CHANGES:
        accounts[f"0009990002{number:02d}"] = ("corrected", f"C{number:02d}")
    for number in CONTESTS:
        accounts[f"0009990003{number}"] = ("returned", "R03")
        accounts[f"0009990003{number}/dishonor"] = ("returned", f"R{number}")
    for number in DISHONORS:
        accounts[f"0009990004{number}/return"] = ("returned", f"R{number}")
    return accounts


MAGIC: Mapping[str, tuple[Outcome, str]] = MappingProxyType(_magic())
"""The accounts that always answer in one way, with the code."""


def answer_of(account: str, returns_per_mille: int, entropy: Entropy) -> str | None:
    """Return the code with which the receiver's bank sends an entry back, or None."""
    if code := MAGIC_ACCOUNTS.get(account):
        return code
    if returns_per_mille and entropy.per_mille() < returns_per_mille:
        return _BY_CHANCE[entropy.bits(3)]
    return None
