"""Another machine's Bezant, over its HTTP API: what `listen`, `trigger` and `logs` talk to."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import msgspec
import typer
from msgspec import Raw, Struct

from bezant.kernel.codec import decode_json
from bezant.kernel.errors import ConfigError, NotFound
from bezant.kernel.secret import Secret

TIMEOUT_S = 30.0
PAGE = 100

BaseOption = Annotated[
    str, typer.Option("--api-base", help="Where the server is.", show_default=True)
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--api-key", envvar="STRIPE_API_KEY", help="A secret key of it.", show_default=False
    ),
]
AccountOption = Annotated[
    str | None, typer.Option("--account", help="Act for a connected account, acct_….")
]
DEFAULT_BASE = "http://127.0.0.1:4242"


class Away(ConfigError):
    """The server cannot be reached, or cannot answer now."""


class Listed(Struct):
    """A list as it came, each item untouched."""

    data: list[Raw]
    has_more: bool


class _Error(Struct):
    message: str = "no reason given"


class _Refusal(Struct):
    error: _Error = msgspec.field(default_factory=_Error)


class Remote:
    """The API of a server, asked by one key for one account."""

    def __init__(self, client: httpx.AsyncClient, account: str | None = None) -> None:
        """Ask over a client that knows the server and the key."""
        self._client = client
        self._headers = {"Stripe-Account": account} if account else {}

    def acting_for(self, account: str) -> "Remote":
        """Return the same for a connected account."""
        return Remote(self._client, account)

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        """Return an object."""
        return decode_json(await self._ask("GET", path, params=params), dict[str, Any])

    async def post(self, path: str, **form: Any) -> dict[str, Any]:
        """Do something and return the object that comes of it."""
        body = await self._ask("POST", path, data=form)
        return decode_json(body, dict[str, Any])

    async def post_json(self, path: str, **params: Any) -> dict[str, Any]:
        """Do something by v2 and return the object that comes of it."""
        return decode_json(await self._ask("POST", path, json=params), dict[str, Any])

    async def upload(self, path: str, content: bytes, **form: str) -> dict[str, Any]:
        """Upload a file and return the object that comes of it."""
        files = {"file": ("file.pdf", content, "application/pdf")}
        body = await self._ask("POST", path, data=form, files=files)
        return decode_json(body, dict[str, Any])

    async def delete(self, path: str) -> None:
        """Delete an object."""
        await self._ask("DELETE", path)

    async def page(self, path: str, **params: Any) -> Listed:
        """Return a page of a list."""
        body = await self._ask("GET", path, params={"limit": PAGE, **params})
        return decode_json(body, Listed)

    async def _ask(self, method: str, path: str, **rest: Any) -> bytes:
        """Return the body of an answer. Raises Away, or NotFound for what is refused."""
        try:
            answer = await self._client.request(method, path, headers=self._headers, **rest)
        except (httpx.TransportError, httpx.InvalidURL) as problem:
            reason = str(problem) or type(problem).__name__
            raise Away(f"{self._client.base_url} does not answer: {reason}") from problem
        if answer.is_success:
            return answer.content
        message = _message(answer)
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Away(message)
        if answer.status_code == 401:
            raise ConfigError(message)
        raise NotFound(message)


@asynccontextmanager
async def opened(base: str, key: str | None, account: str | None) -> AsyncGenerator[Remote]:
    """Connect to a server. Raises ConfigError without a key."""
    if not key:
        raise ConfigError("a secret key is needed: --api-key, or STRIPE_API_KEY in the environment")
    secret = Secret(key)
    headers = {"Authorization": f"Bearer {secret.reveal()}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=TIMEOUT_S) as client:
        yield Remote(client, account)


def _message(answer: httpx.Response) -> str:
    try:
        return decode_json(answer.content, _Refusal).error.message
    except (msgspec.DecodeError, msgspec.ValidationError):
        return f"{answer.url} answers with HTTP {answer.status_code}"
