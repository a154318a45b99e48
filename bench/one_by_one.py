"""The yardstick: the same server, but each request has a database transaction of its own.

Everything that is served is the platform's own code. Only the door is another: `LANES` connections
side by side, one request at a time on each, as a server without group commit would do it.
"""

import asyncio
import os
import socket
from functools import partial

import uvicorn

from bezant.commit.door import Door
from bezant.kernel import log
from bezant.kernel.clock import SystemClock
from bezant.kernel.config import Config, load
from bezant.kernel.entropy import SystemEntropy
from bezant.server.platform import Platform

LANES = 32
"""As many as the connections at which both are compared: none waits for another's turn."""


async def serve(config: Config) -> None:
    """Serve until told to stop."""
    assert config.database_url is not None, "the benchmark names the database"
    url = config.database_url.reveal()
    door = partial(Door, batch_size=1, lanes=LANES)
    listener = socket.create_server((config.host, config.port), backlog=1_024)
    async with Platform(config, url, SystemClock(), SystemEntropy(), door=door) as platform:
        settings = uvicorn.Config(
            platform.app, log_config=None, access_log=False, lifespan="off", server_header=False
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
