"""What is known about a request while it is answered, for its reply's headers and its log line."""

from typing import Any

from msgspec import Struct

from bezant.api.authentication import Scope
from bezant.api.backend import Key, Record
from bezant.api.context import Caller
from bezant.api.execute import Told
from bezant.api.replies import Reply
from bezant.api.runtime import API_VERSION

_REFUSED = 400


class Exchange(Struct):
    """One request: its id, and what its headers turned out to say."""

    id: str
    version: str = API_VERSION
    named_version: str | None = None
    key: Key | None = None
    account: str | None = None
    scope: Scope | None = None
    idempotency_key: str | None = None
    replayed: bool = False
    parameters: Any = None
    place: tuple[str, ...] = ()
    made: str | None = None
    touched: tuple[str, ...] = ()
    address: str | None = None

    def caller(self) -> Caller:
        """Return who asks, once that is known."""
        assert self.key is not None, "only an authenticated request has a caller"
        assert self.account is not None, "only an authenticated request has a caller"
        return Caller(
            platform=self.key.account,
            account=self.account,
            livemode=self.key.livemode,
            request=self.id,
            idempotency_key=self.idempotency_key,
            key=self.key.id,
            publishable=self.key.kind == "publishable",
            customer=self.key.customer,
            version=self.named_version,
            address=self.address,
        )

    @property
    def logged_as(self) -> str:
        """Where the request log has this request, if it is known who asked."""
        known = self.key is not None and self.account is not None
        return self.caller().logged_as if known else self.id

    def record(
        self, method: str, path: str, reply: Reply, micros: int, operation: str | None
    ) -> Record:
        """Return what the request log is to keep; of a stranger, only what was refused and why."""
        if self.key is None:
            nobody = Caller("", "", livemode=False, request=self.id)
            code, told = reply.code, reply.body
            return Record(nobody, method, path, reply.status, code, micros, None, operation,
                          answer=told)  # fmt: skip
        return Record(
            self.caller(),
            method,
            path,
            reply.status,
            reply.code,
            micros,
            self.parameters,
            operation,
            self.place[-1] if self.place else self.made,
            tuple(dict.fromkeys((*self.place, *self.touched))),
            reply.body if method != "GET" or reply.status >= _REFUSED else None,
        )

    def headers(self) -> dict[str, str]:
        """Return the headers that every reply has, errors too."""
        headers = {
            "Request-Id": self.id,
            "Stripe-Version": self.version,
            "Cache-Control": "no-cache, no-store",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Request-Id, Stripe-Version, Stripe-Should-Retry",
        }
        if self.idempotency_key is not None:
            headers["Idempotency-Key"] = self.idempotency_key
        if self.scope is not None:
            headers[self.scope.header] = self.scope.value
        return headers

    def reply(self, told: Told, *, executed: bool) -> Reply:
        """Return the reply of a call; `executed` says that it may have changed something."""
        self.replayed, self.made, self.touched = told.replayed, told.made, told.touched
        headers: dict[str, str] = {}
        if executed:
            headers["Stripe-Should-Retry"] = "false"
        if self.idempotency_key is not None:
            headers["Original-Request"] = told.original
        if told.replayed:
            headers["Idempotent-Replayed"] = "true"
        return Reply(told.status, told.body, headers, told.code, download=told.download)
