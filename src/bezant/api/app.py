"""The ASGI application: every operation behind falcon's compiled router."""

from collections.abc import Sequence
from typing import Any

import falcon
import falcon.asgi

from bezant.api.backend import Backend
from bezant.api.endpoint import Desk, Endpoint, send, tell, unexpected, unknown_url
from bezant.api.error_page import ErrorPage
from bezant.api.exchange import Exchange
from bezant.api.execute import Executor
from bezant.api.health import Alive, Ready
from bezant.api.identity import identify_request
from bezant.api.limits import NO_LIMITS, Limits, Rates
from bezant.api.openapi import Description
from bezant.api.operation import Operation, template
from bezant.api.replies import error_reply
from bezant.api.routes import Routes
from bezant.db.errors import ConnectionLost
from bezant.kernel.errors import ApiError, InvalidRequest
from bezant.kernel.log import get_logger

log = get_logger(__name__)


_SENT_BY_PAGES = (
    "Authorization, Content-Type, Idempotency-Key, Stripe-Account, Stripe-Version, "
    "X-Stripe-Client-User-Agent"
)

App = falcon.asgi.App[falcon.asgi.Request, falcon.asgi.Response]


def create_app(routes: Sequence[Routes], backend: Backend, rates: Rates = NO_LIMITS) -> App:
    """Return the application of some routes, to which what starts and ends may be added."""
    app = falcon.asgi.App()
    app.add_error_handler((Exception, falcon.HTTPError), _Failure(backend).handle)
    answers = [each.options.returns for each in operations_of(routes)]
    shown = [*(each for each in answers if each is not None), *(each.resource for each in routes)]
    kinds = {each.kind(): each for each in shown}
    desk = Desk(backend, Executor(backend), Limits(backend.clock, rates), kinds)
    for path, operations in _by_path(routes).items():
        endpoints = {operation.method: Endpoint(operation, desk) for operation in operations}
        app.add_route(path, Responders(endpoints))
    app.add_route("/healthz", Alive())
    app.add_route("/readyz", Ready(backend))
    app.add_route("/docs/errors", ErrorPage())
    app.add_route("/openapi.json", Description(operations_of(routes), backend.public_url))
    return app


def operations_of(routes: Sequence[Routes]) -> list[Operation]:
    """Return every operation, in the order of declaration."""
    return [operation for each in routes for operation in each.operations]


def _by_path(routes: Sequence[Routes]) -> dict[str, list[Operation]]:
    """Group operations by the router's template of their path; no two may be the same."""
    grouped: dict[str, list[Operation]] = {}
    for operation in operations_of(routes):
        group = grouped.setdefault(template(operation.path), [])
        assert all(operation.method != other.method for other in group), (
            f"{operation.method} {operation.path} is declared twice"
        )
        group.append(operation)
    return grouped


class Responders:
    """The methods of one path, under the names that falcon looks for."""

    def __init__(self, endpoints: dict[str, Endpoint]) -> None:
        """Offer `on_get`, `on_post` or `on_delete`."""
        for method, endpoint in endpoints.items():
            setattr(self, f"on_{method.lower()}", endpoint.respond)
        self._methods = ", ".join(sorted(endpoints))

    async def on_options(
        self, _request: falcon.asgi.Request, response: falcon.asgi.Response, **_place: str
    ) -> None:
        """Tell browsers that any page may ask: keys come in a header, never by themselves."""
        response.status = falcon.HTTP_204
        response.set_headers(
            {
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Methods": self._methods,
                "Access-Control-Allow-Headers": _SENT_BY_PAGES,
                "Access-Control-Max-Age": "300",
            }
        )


class _Failure:
    """Answers what never reached an operation: unknown URLs and broken requests."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def handle(
        self,
        req: falcon.asgi.Request,
        resp: falcon.asgi.Response | None,
        error: Exception,
        params: dict[str, Any],
        *,
        ws: falcon.asgi.WebSocket | None = None,
    ) -> None:
        """Put an error in our shape into the response."""
        if resp is None:
            raise falcon.HTTPNotFound from error  # A websocket, of which there are none.
        exchange = Exchange(self._backend.ids.request_id())
        started = self._backend.clock.monotonic()
        await self._identify(req, exchange)
        problem = self._error(req, error, exchange)
        v2 = req.path.startswith("/v2/")
        reply = error_reply(problem, exchange.logged_as, self._backend.public_url, v2=v2)
        send(resp, reply, exchange)
        tell(req, reply, exchange)
        micros = round((self._backend.clock.monotonic() - started) * 1_000_000)
        self._backend.record(exchange.record(req.method, req.path, reply, micros, None))

    async def _identify(self, request: falcon.asgi.Request, exchange: Exchange) -> None:
        """Find out who asks, if he says so, for whoever wonders what his clients look for."""
        try:
            await identify_request(self._backend, request, exchange)
        except (ApiError, ConnectionLost) as problem:
            log.debug("request_unidentified", request=exchange.id, problem=str(problem))

    def _error(
        self, request: falcon.asgi.Request, problem: Exception, exchange: Exchange
    ) -> ApiError:
        if isinstance(problem, falcon.HTTPNotFound | falcon.HTTPMethodNotAllowed):
            return unknown_url(request, self._backend.public_url)
        if isinstance(problem, falcon.HTTPError) and problem.status_code < 500:
            return InvalidRequest(f"Invalid request: {problem.title}.", code="request_invalid")
        log.error("request_failed", request=exchange.id, exc_info=problem)
        return unexpected()
