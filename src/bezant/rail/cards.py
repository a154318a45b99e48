"""What an acquirer is: card requests with their answers, authentication, and what its files tell.

A number never passes here: a card is named by its token in the vault. A timeout is an answer
too, `unknown`: reverse the request under the same id until that is answered, then ask anew.
"""

from base64 import b32encode
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Literal, Protocol

from msgspec import Struct

from bezant.kernel.money import Money
from bezant.kernel.secret import Secret

CardAct = Literal["authorize", "verify", "increment", "capture", "reverse", "refund"]
"""`verify` asks about a card without money; `increment` raises an authorization by an amount;
`capture` takes an amount of it, `final` or one of several; `reverse` gives back what is not
captured, or an amount of it; `refund` gives back an amount that was captured."""

CardOutcome = Literal["approved", "declined", "unknown"]
Check = Literal["pass", "fail", "unavailable", "unchecked"]
Initiator = Literal["cardholder", "merchant"]
Stored = Literal["", "first", "cardholder", "recurring", "installment", "unscheduled"]
"""Whether the card is on file: stored now for the `first` time, or used from there and why."""

RiskLevel = Literal["normal", "elevated", "highest", "blocked"]
Support = Literal["not_supported", "optional", "required"]
AuthenticationState = Literal[
    "challenge", "authenticated", "attempted", "failed", "not_supported", "error"
]
"""`challenge` waits for the cardholder; `attempted` counts as authenticated; `error` is that the
other side could not be asked."""


_REFERENCE_LENGTH = 12


@lru_cache(maxsize=4096)
def reference_of(request: str) -> str:
    """Return a request's retrieval reference (ISO 8583, field 37): 12 capitals and digits."""
    return b32encode(sha256(request.encode()).digest()).decode()[:_REFERENCE_LENGTH]


class Presented(Struct, frozen=True, kw_only=True):
    """A card as it is shown for one request; the code is never stored.

    `postal_code` and `line1` are sent to be checked, if they are given.
    """

    token: str
    exp_month: int
    exp_year: int
    cvc: Secret | None = None
    postal_code: str = ""
    line1: str = ""


class Merchant(Struct, frozen=True, kw_only=True):
    """Who takes the card: an account's id, and what the cardholder's statement shows."""

    id: str
    name: str
    category: str = "5734"
    city: str = ""
    country: str = "US"


class About(Struct, frozen=True):
    """Of what a request is: the platform, the account in whose book it stands, and the object.

    It goes to the acquirer as the merchant's own reference and comes back in its files.
    """

    platform: str
    account: str
    subject: str


class Authentication(Struct, frozen=True, kw_only=True):
    """What is known of a cardholder's authentication (3D Secure) for one payment.

    `eci` and `value` go into the authorization as they are. `support` says what the card's issuer
    wants; `reason` is the API's word for why it failed.
    """

    id: str
    state: AuthenticationState
    support: Support
    version: str = "2.2.0"
    eci: str = ""
    value: str = ""
    reason: str = ""


class CardRequest(Struct, frozen=True, kw_only=True):
    """One request to an acquirer; asked again under the same id, it has the same answer.

    `amount` is zero for `verify`. `original` is the id of the request for the authorization or
    (`refund`) the capture that it is about; `previous` the network transaction id under which the
    card was stored. `about` names the charge or the refund for the files that tell of it later;
    without it they know a request by its reference alone. With `capture` an authorization takes
    the money at once; `partial` allows it to be approved in part, `extended` asks for a longer
    hold; a capture that is not `final` leaves the rest authorized.
    """

    id: str
    act: CardAct
    amount: Money
    card: Presented
    merchant: Merchant
    livemode: bool
    original: str = ""
    initiator: Initiator = "cardholder"
    stored: Stored = ""
    previous: str = ""
    channel: Literal["internet", "mail_or_telephone"] = "internet"
    authentication: Authentication | None = None
    about: About | None = None
    capture: bool = False
    final: bool = True
    partial: bool = False
    extended: bool = False


class Checks(Struct, frozen=True):
    """What the issuer says of what it was sent to check; None is that nothing was sent."""

    cvc: Check | None = None
    postal_code: Check | None = None
    line1: Check | None = None


class Risk(Struct, frozen=True):
    """What the network thinks of a payment; the score goes from 0 to 100."""

    level: RiskLevel = "normal"
    score: int = 20


class CardAnswer(Struct, frozen=True, kw_only=True):
    """What came back. `amount` is what was approved, which is less when partly.

    `code` and `decline_code` are the API's words for a refusal, `advice_code` its advice;
    `network_code` and `network_advice` are the network's own. `acquirer_reference` (ARN) names a
    capture or refund at all parties. `expires_at` ends an authorization's hold.
    `needs_authentication` is a refusal that an authenticated request would not meet.
    `available_at_once` is money that need not wait for settlement.
    """

    outcome: CardOutcome
    amount: Money
    network_code: str = ""
    code: str = ""
    decline_code: str = ""
    advice_code: str = ""
    network_advice: str = ""
    checks: Checks = Checks()
    authorization_code: str = ""
    network_transaction_id: str = ""
    acquirer_reference: str = ""
    expires_at: datetime | None = None
    risk: Risk = Risk()
    needs_authentication: bool = False
    available_at_once: bool = False
    pending: bool = False

    @property
    def approved(self) -> bool:
        """Whether the answer is yes."""
        return self.outcome == "approved"


class Cleared(Struct, frozen=True, kw_only=True):
    """Money that the network has cleared, with what it costs: a capture, or a refund (negative).

    With a `case` it is what a dispute or a refund's failure has moved. `reference` is what
    `reference_of` makes of the request's id, and `original` of that of the capture which a refund
    gives back.
    """

    acquirer_reference: str
    reference: str
    about: About
    amount: Money
    interchange: Money
    scheme_fee: Money
    on: date
    case: str = ""
    original: str = ""


class Settled(Struct, frozen=True, kw_only=True):
    """A day's total, paid to the bank account under `reference`: `net` is all that comes."""

    reference: str
    on: date
    pays_on: date
    count: int
    captured: Money
    refunded: Money
    charged_back: Money
    fees: Money
    net: Money


DisputeStage = Literal["inquiry", "chargeback", "pre_arbitration"]
DisputeReason = Literal[
    "credit_not_processed",
    "duplicate",
    "fraudulent",
    "general",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
]


class Disputed(Struct, frozen=True, kw_only=True):
    """A cardholder's bank asks about a payment (`inquiry`) or takes the money back."""

    case: str
    acquirer_reference: str
    about: About
    stage: DisputeStage
    amount: Money
    network_reason: str
    reason: DisputeReason
    respond_by: date
    on: date


class Decided(Struct, frozen=True, kw_only=True):
    """A case has ended; when it is won, the money comes back."""

    case: str
    about: About
    won: bool
    amount: Money
    on: date


class FraudWarning(Struct, frozen=True, kw_only=True):
    """An issuer believes that a payment is a fraud; no money moves."""

    acquirer_reference: str
    about: About
    fraud_type: str
    on: date


class RefundTold(Struct, frozen=True, kw_only=True):
    """What became of a refund after it was taken; `acquirer_reference` is the refund's own."""

    acquirer_reference: str
    about: About
    succeeded: bool
    amount: Money
    on: date


class Held(Struct, frozen=True, kw_only=True):
    """What is held for a request of a day that is over, or by how much it has raised another one.

    `reference` is what `reference_of` makes of its id; `since` is when it was approved.
    """

    reference: str
    about: About
    amount: Money
    since: datetime


CardNotice = Held | Cleared | Settled | Disputed | Decided | FraudWarning | RefundTold
"""What an acquirer's files tell, one record each."""


class Acquirer(Protocol):
    """The bank that takes cards for us and asks the networks; found as a port of the runtime."""

    async def ask(self, request: CardRequest) -> CardAnswer:
        """Return the answer to a request; the same one when the request is asked again.

        Derive `request.id` from what stays the same when an operation runs again. Raises
        InvalidRequest in live mode as long as no acquirer is configured.
        """
        ...

    async def let_go(self, held: Held, *, livemode: bool) -> bool:
        """Give back what a request holds that is known by its reference alone; False if refused.

        Raises Unavailable when no answer came; told again, it counts once.
        """
        ...

    async def authenticate(self, request: CardRequest) -> Authentication:
        """Begin to authenticate the cardholder for a request that is not asked yet.

        The same id names the same authentication, whose state may have changed meanwhile.
        """
        ...

    async def challenge(self, id: str, *, passed: bool) -> Authentication:
        """Say for the cardholder, in test mode, whether the challenge was passed; only once."""
        ...

    async def represent(self, case: str, evidence: str, *, livemode: bool) -> None:
        """Contest a case with evidence, once; its decision comes with a file."""
        ...

    async def accept(self, case: str, *, livemode: bool) -> None:
        """Give a case up; its decision comes with a file."""
        ...
