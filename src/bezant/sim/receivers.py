"""The people whom payments reach: which accounts exist, and which answer with a return.

Every account exists and takes the money, except these. The numbers are those that Stripe's test
mode answers for, the codes the returns of the Nacha rules that come nearest:

    000111111116  R03  no account, or unable to locate it      no_account
    000111111113  R02  account closed                          account_closed
    000222222227  R01  insufficient funds                      insufficient_funds
    000333333335  R10  not authorised                          debit_not_authorized
    000444444440  R17  cannot be processed as it was written   invalid_currency

R01 and R10 answer debits in life; the test values ask for them on credits too.
"""

from bezant.kernel.entropy import Entropy

MAGIC_ACCOUNTS = {
    "000111111116": "R03",
    "000111111113": "R02",
    "000222222227": "R01",
    "000333333335": "R10",
    "000444444440": "R17",
}

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

# What a return by chance is for: each code as often as it stands here.
_BY_CHANCE = ("R03", "R03", "R03", "R03", "R02", "R02", "R01", "R04")


def answer_of(account: str, returns_per_mille: int, entropy: Entropy) -> str | None:
    """Return the code with which the receiver's bank sends an entry back, or None."""
    if code := MAGIC_ACCOUNTS.get(account):
        return code
    if returns_per_mille and entropy.per_mille() < returns_per_mille:
        return _BY_CHANCE[entropy.bits(3)]
    return None
