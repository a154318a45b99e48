"""Who asks: API keys from the Authorization header, and the account that a platform acts for."""

import binascii
import re
from base64 import b64decode
from collections.abc import Collection
from typing import NamedTuple

from bezant.api.backend import Backend, Key
from bezant.kernel.errors import Forbidden, InvalidRequest, Unauthenticated

_ACCOUNT = re.compile(r"acct_\w{1,64}", re.ASCII)
_KIND_OF_KEY = re.compile(r"(?:[a-z]{2}_(?:test|live)_)?", re.ASCII)
_MAX_SECRET_LENGTH = 255
_CALLED = {"ephemeral": "an ephemeral", "publishable": "a publishable"}


def secret_of(authorization: str | None) -> str:
    """Return the API key that a header carries, as Bearer or as the user name of Basic."""
    scheme, _, value = (authorization or "").partition(" ")
    match scheme.lower():
        case "bearer":
            secret = value.strip()
        case "basic":
            secret = _user_of(value.strip())
        case _:
            secret = ""
    if not secret:
        raise Unauthenticated(
            "You did not provide an API key. Provide it in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY') or Basic auth with the "
            "key as the user name."
        )
    return secret


def _user_of(credentials: str) -> str:
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


async def identify(backend: Backend, authorization: str | None, kinds: Collection[str]) -> Key:
    """Return the key of a request; Unauthenticated, or Forbidden for a key that may not do this."""
    secret = secret_of(authorization)
    known = len(secret) <= _MAX_SECRET_LENGTH and secret.isascii() and secret.isprintable()
    key = await backend.authenticate(secret) if known else None
    if key is None:
        raise Unauthenticated(f"Invalid API Key provided: {redacted(secret)}")
    if key.kind not in kinds:
        raise Forbidden(
            f"This API call cannot be made with {_CALLED[key.kind]} API key. Please use a secret "
            "key.",
            code="secret_key_required",
        )
    return key


class Scope(NamedTuple):
    """For which account a request is: the header that says so, and what it says."""

    header: str
    value: str

    @property
    def account(self) -> str:
        """The account: of a context such as `acct_platform/acct_1`, its last part."""
        return self.value.rpartition("/")[2]

    @property
    def way(self) -> str:
        """What stands before it: the account through which it is reached, if that is said."""
        return self.value.rpartition("/")[0]


def scope_of(account: str | None, context: str | None) -> Scope | None:
    """Return which account the headers name, if any; InvalidRequest if they name two."""
    if context is None:
        return None if account is None else Scope("Stripe-Account", account)
    scope = Scope("Stripe-Context", context)
    if account is not None and account != scope.account:
        raise InvalidRequest(
            "The headers Stripe-Account and Stripe-Context name different accounts. Send one.",
            code="account_invalid",
        )
    return scope


async def acting_account(backend: Backend, key: Key, secret: str, scope: Scope) -> str:
    """Return the account that a request is for; Forbidden for one the key has nothing to do with.

    A context begins at the key's own account, whether it says so or not.
    """
    wanted = scope.account
    if scope.way in ("", key.account):
        if wanted == key.account:
            return wanted
        if _ACCOUNT.fullmatch(wanted) and await backend.connected(key, wanted):
            return wanted
    raise Forbidden(
        f"The provided key '{redacted(secret)}' does not have access to account "
        f"'{scope.value[:80]}' (or that account does not exist). Application access may have been "
        "revoked.",
        code="account_invalid",
    )


def allow(key: Key, secret: str, needed: str, account: str) -> None:
    """Refuse, as Forbidden, what a restricted key lacks the permission for; write implies read."""
    resource, _, access = needed.partition(":")
    sufficient = {needed, f"{resource}:write", f"*:{access}", "*:write"}
    if key.kind != "restricted" or not sufficient.isdisjoint(key.permissions):
        return
    raise Forbidden(
        f"The provided key '{redacted(secret)}' does not have the required permissions for this "
        f"endpoint on account '{account}'. Having the '{needed}' permission would allow this "
        "request to continue.",
        code="permission_missing",
    )


def expandable_by_clients(kinds: Collection[str]) -> None:
    """Refuse, as Forbidden, what browsers and apps may not see by expanding it."""
    hidden = sorted(set(kinds) - {"payment_method"})
    if hidden:
        raise Forbidden(
            f"You can't expand a {hidden[0]} with a publishable or ephemeral API key. Please use "
            "a secret key.",
            code="secret_key_required",
        )


def redacted(secret: str) -> str:
    """Return a key as it may be shown: its kind and its last four characters."""
    match = _KIND_OF_KEY.match(secret)
    kind = match[0] if match else ""
    rest = secret[len(kind) :]
    return f"{kind}****{rest[-4:]}" if len(rest) > 12 else f"{kind}****"
