"""The one exception tree.

BezantError
  ConfigError                 a setting that is unknown, missing or bad
  MalformedId                 a text that is not one of our ids
  MoneyError                  arithmetic on money that has no answer (also a ValueError)
    CurrencyMismatch          two currencies in one sum
    AmountOverflow            an amount that a signed 64-bit integer cannot hold
    UnknownCurrency           a code that was not a currency on that day
  ApiError                    what a client is told; carries status, type, code and param
    InvalidRequest            400 invalid_request_error
    IdempotencyMismatch       400 idempotency_error
    InsufficientFunds         400 invalid_request_error, balance_insufficient
    CardError                 402 card_error
    Unauthenticated           401 invalid_request_error
    Forbidden                 403 invalid_request_error
    NotFound                  404 invalid_request_error, resource_missing
    KeyInUse                  409 invalid_request_error, idempotency_key_in_use
    RateLimited               429 invalid_request_error, rate_limit
    InternalError             500 api_error
    Unavailable               503 api_error
  FileRefused                 a bank file that cannot be read; carries every problem found
    FileTooLarge              more than one file holds is to be written
  DatabaseError
    LauncherError             the embedded server cannot be started, or not by us
    MigrationError            the schema cannot be brought to the version that this code needs
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Literal, NamedTuple

RateLimitReason = Literal[
    "global-rate",
    "endpoint-rate",
    "global-concurrency",
    "endpoint-concurrency",
    "resource-specific",
]
_NOTHING: Mapping[str, object] = MappingProxyType({})


class BezantError(Exception):
    """The root: every error that we raise on purpose."""


class ConfigError(BezantError):
    """A setting is unknown, missing or bad; the message says what is expected."""


class MalformedId(BezantError):
    """A text is not an id that this platform made."""


class MoneyError(BezantError, ValueError):
    """Arithmetic on money that has no answer; a ValueError so that decoders report its place."""


class CurrencyMismatch(MoneyError):
    """Two currencies met in one sum or comparison."""


class AmountOverflow(MoneyError):
    """An amount is beyond what a signed 64-bit integer holds."""


class UnknownCurrency(MoneyError):
    """A code is not an ISO 4217 currency, or was not one on the day asked for."""


class ApiError(BezantError):
    """What a client is told: an HTTP status and the members of the error body."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "api_error"
    default_code: ClassVar[str | None] = None

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        extra: Mapping[str, object] = _NOTHING,
    ) -> None:
        """Name the error; `extra` holds further members of the error body, such as a charge."""
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.param = param
        self.extra = extra


class InvalidRequest(ApiError):
    """The request cannot be carried out as it was written."""

    status = 400
    type = "invalid_request_error"


class IdempotencyMismatch(ApiError):
    """An idempotency key came back with other parameters."""

    status = 400
    type = "idempotency_error"


class InsufficientFunds(InvalidRequest):
    """The account does not hold the money that the request wants to move."""

    default_code = "balance_insufficient"


class CardError(ApiError):
    """A payment did not come about: the payer's bank or network refused, or the payer did."""

    status = 402
    type = "card_error"


class Unauthenticated(InvalidRequest):
    """The API key is missing, unknown or revoked."""

    status = 401


class Forbidden(InvalidRequest):
    """The API key is valid, and not allowed to do this."""

    status = 403


class NotFound(InvalidRequest):
    """The object or the URL does not exist for this key."""

    status = 404
    default_code = "resource_missing"


class KeyInUse(InvalidRequest):
    """A request with the same idempotency key is still being carried out."""

    status = 409
    default_code = "idempotency_key_in_use"


class RateLimited(InvalidRequest):
    """Too much at once; nothing was done and the request may be sent again.

    `reason` is which limit it was, where it was one of those that are set for an account.
    """

    status = 429
    default_code = "rate_limit"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        reason: RateLimitReason | None = None,
    ) -> None:
        """Name the error and the limit."""
        super().__init__(message, code=code, param=param)
        self.reason = reason


class InternalError(ApiError):
    """A mistake of ours; details are in the log under the request's id."""


class Unavailable(ApiError):
    """The platform cannot answer now, for instance while its database is away."""

    status = 503


class Problem(NamedTuple):
    """One thing wrong with a bank file: where (line from 1, or path in the document) and why."""

    line: int | None
    path: str | None
    reason: str

    def __str__(self) -> str:
        """Read as `line 3: ...`, `path: ...` or the bare reason."""
        places = [f"line {self.line}" if self.line else "", self.path or ""]
        where = ", ".join(place for place in places if place)
        return f"{where}: {self.reason}" if where else self.reason


class FileRefused(BezantError):
    """A bank file cannot be read; nothing in it was acted on."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep every problem found; at least one."""
        assert problems, "a file is refused for a reason"
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class FileTooLarge(FileRefused):
    """More is to be written than one file holds; less of it may fit."""


class DatabaseError(BezantError):
    """The database cannot be used."""


class LauncherError(DatabaseError):
    """The embedded server cannot be started, or belongs to somebody else."""


class MigrationError(DatabaseError):
    """The schema cannot be brought to the version that this code needs."""
