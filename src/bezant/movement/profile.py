"""Bank profiles: the operator's account at a bank, as rails and readers need to know it."""

from msgspec import Struct

from bezant.rail import Originator, UsAccount


class BankProfile(Struct, frozen=True):
    """One account of the operator's at one bank.

    `account` is the number under which the bank's statements run; `wire_details` is what a payer
    is told to send money to.
    """

    name: str
    currency: str
    account: str
    originator: Originator
    livemode: bool


SANDBOX = BankProfile(
    name="sandbox",
    currency="usd",
    account="000100200300",
    originator=Originator(
        name="BEZANT OPERATOR",
        company_id="1234567890",
        bank_id="091000019",
        account=UsAccount("091000019", "000100200300"),
        bank_name="SANDBOX BANK",
        origin_id="1234567890",
    ),
    livemode=False,
)
"""The account at the simulated bank, in test mode."""
