"""What the API needs of the process that it is served by; the composition root provides it."""

from typing import Any, Literal, NamedTuple, Protocol, get_args

from bezant.api.context import Caller, Context
from bezant.kernel.clock import Clock
from bezant.kernel.ids import Ids

KeyKind = Literal["secret", "restricted", "publishable", "ephemeral"]
KINDS: tuple[KeyKind, ...] = get_args(KeyKind)


class Key(NamedTuple):
    """An API key that was recognised: whose it is, and what kind of key.

    `permissions` are those of a restricted key; an ephemeral one is for a `customer`. A key that
    `acts_for` an account, perhaps a connected one, is for no other. `version` is that of the API
    for requests that name none.
    """

    id: str
    account: str
    livemode: bool
    kind: KeyKind = "secret"
    permissions: frozenset[str] = frozenset()
    version: str | None = None
    customer: str | None = None
    acts_for: str | None = None


class Record(NamedTuple):
    """A request that was answered, for the request log; `parameters` are as they were decoded.

    `object` is what it was about: the last id in its path, or what it made. `objects` are all
    whose documents it wrote or whose ids its path has. `operation` is None for an unknown URL. A
    caller without a key is a stranger, whose errors are counted and whose requests are not kept.
    """

    caller: Caller
    method: str
    path: str
    status: int
    code: str | None
    micros: int
    parameters: Any
    operation: str | None = None
    object: str | None = None
    objects: tuple[str, ...] = ()
    answer: str | None = None


class Backend(Protocol):
    """Keys, accounts, contexts and ports."""

    @property
    def clock(self) -> Clock:
        """The clock."""
        ...

    @property
    def ids(self) -> Ids:
        """What makes ids."""
        ...

    @property
    def public_url(self) -> str:
        """Where clients reach the server, without a final slash."""
        ...

    async def authenticate(self, secret: str) -> Key | None:
        """Return the key with that secret, unless it is unknown, revoked or expired."""
        ...

    async def connected(self, key: Key, account: str) -> bool:
        """Tell whether an account is one of the connected accounts of the key's owner."""
        ...

    async def ready(self) -> str | None:
        """Return why requests cannot be served now, or None when they can."""
        ...

    def context(self, caller: Caller) -> Context:
        """Return a context for one run of an operation."""
        ...

    def disguised(self, text: str) -> str:
        """Return what stands for a text with a card's number, and can't be turned back."""
        ...

    def record(self, record: Record) -> None:
        """Keep a request for the request log; never waits."""
        ...
