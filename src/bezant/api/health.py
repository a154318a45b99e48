"""Health: whether the process lives, and whether it can serve."""

import falcon.asgi

from bezant.api.backend import Backend
from bezant.kernel.codec import encode_json


class Alive:
    """`/healthz` answers as long as the process does."""

    async def on_get(self, _request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Say so."""
        response.data = encode_json({"status": "ok"})


class Ready:
    """`/readyz` answers 200 once the database can be reached and has the schema we need."""

    def __init__(self, backend: Backend) -> None:
        """Ask this backend."""
        self._backend = backend

    async def on_get(self, _request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Say whether, and if not, why."""
        reason = await self._backend.ready()
        if reason is None:
            response.data = encode_json({"status": "ready"})
        else:
            response.status = 503
            response.data = encode_json({"status": "not ready", "reason": reason})
