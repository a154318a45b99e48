"""An endpoint: what falcon calls for an operation, from the headers that come to those that go."""

from typing import Any, NamedTuple

import falcon
import falcon.asgi

from bezant.api import body, expand, idempotency, refusals, versions, web_page
from bezant.api.authentication import allow, expandable_by_clients, secret_of
from bezant.api.backend import Backend
from bezant.api.decoders import decoder
from bezant.api.download import deliver
from bezant.api.exchange import Exchange
from bezant.api.execute import Call, Executor, out_of_reach
from bezant.api.identity import identify_request
from bezant.api.limits import Limits
from bezant.api.operation import Operation
from bezant.api.params import Params
from bezant.api.replies import Reply, error_reply
from bezant.api.search import TOTAL
from bezant.db.errors import ConnectionLost
from bezant.kernel.errors import ApiError, InternalError, NotFound
from bezant.kernel.log import canonical_line, get_logger

log = get_logger(__name__)


class ExpandParams(Params):
    """The one parameter that every operation takes, where it is given."""

    expand: list[str]


class Desk(NamedTuple):
    """What all endpoints share; `kinds` is every kind of object that can be expanded."""

    backend: Backend
    executor: Executor
    limits: Limits
    kinds: expand.Kinds


class Endpoint:
    """Answers one operation."""

    def __init__(self, operation: Operation, desk: Desk) -> None:
        """Compile the decoders of the operation's parameters."""
        self._operation = operation
        self._backend, self._executor, self._limits, self._kinds = desk
        self._keyed = operation.keyed
        returns = operation.options.returns
        self._kind = returns.kind() if returns else ""
        self._keys = operation.options.keys
        self._decode = {json: decoder(operation.params, json=json) for json in (False, True)}

    async def respond(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, **place: str
    ) -> None:
        """Answer a request, whatever happens, and log one line about it."""
        started = self._backend.clock.monotonic()
        exchange = Exchange(self._backend.ids.request_id(), address=request.remote_addr)
        try:
            reply = await self._reply(request, tuple(place.values()), exchange)
        except ApiError as error:
            reply = self._error(error, exchange)
        except ConnectionLost:
            reply = self._error(out_of_reach(), exchange)
        except Exception:
            log.exception("request_failed", request=exchange.id, operation=self._operation.name)
            reply = self._error(unexpected(), exchange)
        operation, page = self._operation, self._operation.options.page
        seen = web_page.shown(reply, page) if page and web_page.wanted(request) else reply
        send(response, seen, exchange)
        seconds = self._backend.clock.monotonic() - started
        tell(request, reply, exchange, operation=operation.name, seconds=seconds)
        failed = reply.status >= _REFUSED
        if failed or not operation.options.unlogged:
            micros = round(seconds * 1_000_000)
            self._backend.record(
                exchange.record(request.method, request.path, reply, micros, operation.name)
            )

    async def _reply(
        self, request: falcon.asgi.Request, place: tuple[str, ...], exchange: Exchange
    ) -> Reply:
        account, livemode = await identify_request(
            self._backend, request, exchange, kinds=self._keys
        )
        if exchange.key is not None and exchange.key.kind == "restricted":
            secret = secret_of(request.get_header("Authorization"))
            allow(exchange.key, secret, self._operation.permission, account)
        ticket = self._limits.enter(account, self._operation, livemode=livemode)
        try:
            return await self._answer(request, place, exchange)
        finally:
            self._limits.leave(ticket)

    async def _answer(
        self, request: falcon.asgi.Request, place: tuple[str, ...], exchange: Exchange
    ) -> Reply:
        operation = self._operation
        if self._keyed:
            header = request.get_header("Idempotency-Key")
            exchange.idempotency_key = idempotency.checked_key(header)
        if not all(name and "\0" not in name for name in place):
            raise unknown_url(request, self._backend.public_url)
        exchange.place = place
        parameters = await body.read(request, operation.options)
        exchange.parameters = parameters.tree
        told = await self._executor.call(self._call(request, place, exchange, parameters))
        reply = exchange.reply(told, executed=operation.writes)
        if reply.download is None and versions.since(exchange.version):
            return reply._replace(body=versions.downgraded(reply.body, exchange.version))
        return reply

    def _call(
        self,
        request: falcon.asgi.Request,
        place: tuple[str, ...],
        exchange: Exchange,
        parameters: body.Parameters,
    ) -> Call:
        operation, (tree, json) = self._operation, parameters
        digest = b""
        if exchange.idempotency_key is not None:
            digest = idempotency.digest(
                operation.method, request.path, tree, self._backend.disguised
            )
        tree = self._upgraded(request, exchange, tree)
        if TOTAL in tree and operation.options.searching:
            raise refusals.unknown([TOTAL])
        wanted: expand.Plan = {}
        if "expand" in tree:
            paths = self._paths(tree, json=json)
            wanted = self._plan(paths)
            self._allow_kinds(request, exchange, wanted)
        return Call(
            operation=operation,
            caller=exchange.caller(),
            path=request.path,
            place=place,
            params=self._decode[json](tree),
            wanted=wanted,
            digest=digest,
        )

    def _upgraded(
        self, request: falcon.asgi.Request, exchange: Exchange, tree: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the parameters in the words of the newest version."""
        if self._kind not in versions.CHANGED:
            return tree
        version = exchange.version
        if not request.get_header("Stripe-Version"):
            version = versions.spoken(version, request.get_header("User-Agent"))
        creating = self._operation.name.endswith(".create")
        return versions.upgraded(tree, self._kind, version, creating=creating)

    def _allow_kinds(
        self, request: falcon.asgi.Request, exchange: Exchange, wanted: expand.Plan
    ) -> None:
        """Let a restricted key expand only what it may read; others but secret ones, methods."""
        key, account = exchange.key, exchange.account
        if key is not None and key.kind in ("publishable", "ephemeral"):
            expandable_by_clients(expand.kinds_in(wanted))
        if key is None or account is None or key.kind != "restricted":
            return
        secret = secret_of(request.get_header("Authorization"))
        for kind in sorted(expand.kinds_in(wanted)):
            allow(key, secret, f"{kind}:read", account)

    def _paths(self, tree: dict[str, Any], *, json: bool) -> list[str]:
        """Take the paths out of the parameters; the count of a search becomes one of them."""
        decode = _expand_of_json if json else _expand_of_form
        paths = decode({"expand": tree.pop("expand")}).expand
        if TOTAL in paths and self._operation.options.searching:
            tree[TOTAL] = "true"
        return [path for path in paths if TOTAL not in tree or path != TOTAL]

    def _plan(self, paths: list[str]) -> expand.Plan:
        options = self._operation.options
        paths = [path for path in paths if path not in options.shown]
        return expand.plan(paths, options.returns, listing=options.listing, kinds=self._kinds)

    def _error(self, error: ApiError, exchange: Exchange) -> Reply:
        safe = not self._operation.writes or exchange.idempotency_key is not None
        v2 = self._operation.second
        return error_reply(error, exchange.logged_as, self._backend.public_url, safe=safe, v2=v2)


_REFUSED = 400
_expand_of_form = decoder(ExpandParams)
_expand_of_json = decoder(ExpandParams, json=True)


def send(response: falcon.asgi.Response, reply: Reply, exchange: Exchange) -> None:
    """Put a reply into falcon's response."""
    response.status = reply.status
    response.set_headers(exchange.headers() | reply.headers)
    if reply.download is not None:
        deliver(response, reply.download)
        return
    response.content_type = reply.media_type
    response.data = reply.body.encode()


def tell(
    request: falcon.asgi.Request,
    reply: Reply,
    exchange: Exchange,
    *,
    operation: str | None = None,
    seconds: float | None = None,
) -> None:
    """Log the one line of a request."""
    key = exchange.key
    canonical_line(
        "request",
        request=exchange.id,
        method=request.method,
        path=request.path,
        operation=operation,
        status=reply.status,
        code=reply.code,
        account=exchange.account,
        livemode=key.livemode if key else None,
        key=key.id if key else None,
        idempotency_key=exchange.idempotency_key,
        replayed=exchange.replayed or None,
        duration_ms=None if seconds is None else round(seconds * 1_000, 1),
    )


def unknown_url(request: falcon.asgi.Request, public_url: str) -> NotFound:
    """Return the error of a path, or of a method on a path, that there is not."""
    return NotFound(
        f"Unrecognized request URL ({request.method}: {request.path[:200]}). "
        f"Please see {public_url}/docs/errors#url_unknown",
        code="url_unknown",
    )


def unexpected() -> InternalError:
    """Return the error of a mistake of ours, which tells the client nothing about it."""
    return InternalError(
        "Something went wrong on our side. The server's log has the details under the id of "
        "this request."
    )
