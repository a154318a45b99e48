"""The bare handler: transfers by the platform's own code and door, without the API's conventions.

What is left out is what the conventions cost: limits, versions, expansion, scopes, headers, errors
in their shape, the request log and the line of the server's log. The key is known beforehand, and
the answer is kept under the idempotency key, since that commits with the effect.
"""

import asyncio
import os
import socket

import falcon.asgi
import uvicorn

from bezant.api import forms
from bezant.api.context import Caller, Context
from bezant.api.decoders import decoder
from bezant.commit.change_set import Accepted, Answer
from bezant.kernel import log
from bezant.kernel.clock import SystemClock
from bezant.kernel.config import Config, load
from bezant.kernel.entropy import SystemEntropy
from bezant.resources.connect import transfers
from bezant.resources.connect.transfers import CreateTransfer
from bezant.server.platform import Platform

PATH = "/v1/transfers"


class Transfers:
    """Makes transfers for the platform's only account."""

    def __init__(self, platform: Platform, account: str) -> None:
        """Work over a platform's runtime."""
        self._runtime = platform.runtime
        self._ids = platform.ids
        self._account = account
        self._decode = decoder(CreateTransfer)

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Make a transfer; nothing else is expected to happen."""
        raw = await request.stream.read(request.content_length or 0)
        params = self._decode(forms.decode(raw))
        key = request.get_header("Idempotency-Key") or ""
        name = self._ids.request_id()
        caller = Caller(self._account, self._account, livemode=False, request=name)
        while True:
            ctx = Context(self._runtime, caller)
            body = ctx.encoded(await transfers.create(ctx, params))
            answer = Answer(ctx.book, key, raw, 200, body, name)
            (outcome,) = await ctx.commit(answer)
            if isinstance(outcome, Accepted):
                break
        response.content_type = falcon.MEDIA_JSON
        response.data = body.encode()


async def serve(config: Config) -> None:
    """Serve until told to stop."""
    assert config.database_url is not None, "the benchmark names the database"
    url = config.database_url.reveal()
    listener = socket.create_server((config.host, config.port), backlog=1_024)
    async with Platform(config, url, SystemClock(), SystemEntropy()) as platform:
        assert platform.started is not None, "it has been started"
        app = falcon.asgi.App()
        app.add_route(PATH, Transfers(platform, platform.started.account))
        settings = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", server_header=False
        )
        platform.begin_work()
        print(f"Serves on http://{config.host}:{listener.getsockname()[1]}.", flush=True)
        await uvicorn.Server(settings).serve(sockets=[listener])


def main() -> None:
    """Serve as the environment says."""
    config = load(os.environ)
    log.configure(SystemClock(), form=config.log_format, level=config.log_level)
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(serve(config))


if __name__ == "__main__":
    main()
