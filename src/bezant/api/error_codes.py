"""Every error code: what it means and what to do about it. `/docs/errors` shows this table."""

from typing import NamedTuple


class ErrorCode(NamedTuple):
    """One code of the error body."""

    code: str
    meaning: str
    remedy: str


ERROR_CODES = (
    ErrorCode(
        "account_closed",
        "The ledger account was closed and takes no more entries.",
        "Post to another account. A closed account stays readable and cannot be opened again.",
    ),
    ErrorCode(
        "account_invalid",
        "The Stripe-Account header names an account that does not exist, or that is not one of "
        "the connected accounts of the key's owner in this mode.",
        "Check the id and whether the key is of the same mode (test or live) as the account.",
    ),
    ErrorCode(
        "amount_too_large",
        "The amount is more than there is to take it from, or a balance would leave the range of "
        "64-bit integers.",
        "Send a smaller amount.",
    ),
    ErrorCode(
        "balance_insufficient",
        "The account does not have enough available funds. Nothing was moved.",
        "Look at /v1/balance: pending funds do not count. Top up, or send a smaller amount, with "
        "a new idempotency key.",
    ),
    ErrorCode(
        "content_type_unsupported",
        "The body is of a media type that the operation does not take.",
        "Send application/x-www-form-urlencoded; operations below /v1/ledger take "
        "application/json as well.",
    ),
    ErrorCode(
        "currency_not_supported",
        "The text is not the ISO 4217 code of a currency that is in use.",
        "Send three letters, such as usd or eur.",
    ),
    ErrorCode(
        "idempotency_key_in_use",
        "A request with the same Idempotency-Key is being carried out at this moment.",
        "Wait a little and send the same request again: it will be told the first one's answer.",
    ),
    ErrorCode(
        "idempotency_key_invalid",
        "The Idempotency-Key header is empty, longer than 255 characters, or not printable.",
        "Use a random text of 20 to 40 letters and digits, a UUID for instance.",
    ),
    ErrorCode(
        "ledger_account_not_empty",
        "The ledger account has a balance or holds, so it cannot be closed.",
        "Move the balance away and release the holds first.",
    ),
    ErrorCode(
        "ledger_entry_expired",
        "The pending entry has expired, so it can be neither posted nor released.",
        "Create a new entry.",
    ),
    ErrorCode(
        "ledger_entry_not_expired",
        "The pending entry has not expired yet.",
        "Void it, or wait until it expires.",
    ),
    ErrorCode(
        "lock_timeout",
        "Other requests kept changing the same object, so this one was given up. Nothing was "
        "changed.",
        "Send it again. If it happens often, make fewer changes to one object at the same time.",
    ),
    ErrorCode(
        "parameter_invalid",
        "A parameter's value, or the way it is written, is not what the operation takes. `param` "
        "names it.",
        "The message says what is expected.",
    ),
    ErrorCode(
        "parameter_invalid_empty",
        "A parameter was sent empty, which means that it is to be unset, but it cannot be unset.",
        "Leave the parameter out, or send a value.",
    ),
    ErrorCode(
        "parameter_invalid_integer",
        "A parameter is not an integer, or is out of its bounds. Amounts are integers in the "
        "currency's minor units: 1000 is 10.00 USD.",
        "Send digits only, without decimal point, exponent or separators.",
    ),
    ErrorCode(
        "parameter_missing",
        "A required parameter was not sent. `param` names it.",
        "Add the parameter.",
    ),
    ErrorCode(
        "parameter_unknown",
        "A parameter was sent that the operation does not have. Nothing was changed.",
        "Check the spelling and the nesting, or leave the parameter out.",
    ),
    ErrorCode(
        "rate_limit",
        "More is waiting to be written than the server can take. Nothing was changed.",
        "Send the same request again after a moment, later and later each time; the official "
        "clients do so by themselves.",
    ),
    ErrorCode(
        "request_body_invalid",
        "The body is not well-formed, or ended before its announced length.",
        "The message says where. Let a library encode the body.",
    ),
    ErrorCode(
        "request_body_too_large",
        "The body is larger than the operation takes.",
        "Split the request. The message says the limit.",
    ),
    ErrorCode(
        "request_invalid",
        "The request is not well-formed HTTP.",
        "Let a library or one of the official clients make the request.",
    ),
    ErrorCode(
        "resource_already_exists",
        "An object with this id exists already.",
        "Choose another id, or update the object that exists.",
    ),
    ErrorCode(
        "resource_missing",
        "There is no object with this id for this key: not in this account, or not in this mode "
        "(test or live).",
        "Check the id, the Stripe-Account header, and whether the key is of the right mode.",
    ),
    ErrorCode(
        "secret_key_required",
        "The operation was called with a publishable key.",
        "Use a secret key, on a server.",
    ),
    ErrorCode(
        "url_unknown",
        "There is no such URL, or it does not have this method.",
        "Check the path and the method. Paths begin with /v1 and have no final slash.",
    ),
)
