"""The serving process: sockets, signals, and one or several processes behind one port."""

import asyncio
import gc
import multiprocessing
import os
import signal
import socket
import sys
from contextlib import ExitStack
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import NoReturn

import msgspec
import uvicorn

from bezant.db.embedded import EmbeddedServer
from bezant.kernel import log
from bezant.kernel.clock import SteeredClock, SystemClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SystemEntropy
from bezant.server.platform import Platform

BACKLOG = 1_024
WATCH_SECONDS = 0.5
"""How often a process looks whether the one that started it is still there."""


def run(config: Config) -> None:
    """Serve until told to stop. Raises BezantError when it can't start."""
    _end_on_signals()
    clock = SystemClock()
    log.configure(clock, form=config.log_format, level=config.log_level)
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(config.host, config.port))
        config = _reachable(config, listener)
        url = _database(config, stack)
        asyncio.run(_prepare(config, url))
        children = [_child(config, url, listener) for _ in range(config.workers - 1)]
        try:
            _serve(config, url, listener, first=True)
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.join()


def _end_on_signals() -> None:
    """Leave by an exception, so that everything that is open closes, whoever is told to stop.

    The server finishes its requests first, and then passes the signal on to this.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)


def _hear_no_more() -> None:
    """End undisturbed: Ctrl-C reaches all processes, and the first tells the others once more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _reachable(config: Config, listener: socket.socket) -> Config:
    """Return settings whose public address, unless one is given, is the one listened on."""
    if "public_url" in config.sources:
        return config
    host, port = listener.getsockname()[:2]
    host = f"[{host}]" if ":" in host else host
    return msgspec.structs.replace(config, public_url=f"http://{host}:{port}")


def _database(config: Config, stack: ExitStack) -> str:
    if config.database_url is not None:
        return config.database_url.reveal()
    return stack.enter_context(EmbeddedServer.start(config.data)).url


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


async def _prepare(config: Config, url: str) -> None:
    """Migrate, and show what a newcomer needs, before any process serves."""
    async with Platform(config, url, SystemClock(), SystemEntropy(), works=False) as platform:
        assert platform.started is not None, "it has been started"
        if secret := platform.started.new_secret:
            _say(f"Your test-mode API key, shown only this once: {secret.reveal()}")


def _child(config: Config, url: str, listener: socket.socket) -> BaseProcess:
    context = multiprocessing.get_context("spawn")
    process = context.Process(
        target=_serve_child, args=(config, url, listener, os.getpid()), daemon=True
    )
    # Ctrl-C reaches all processes of a terminal; until this one can obey, its parent ends it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, before)
    return process


def _serve_child(config: Config, url: str, listener: socket.socket, parent: int) -> None:
    _end_on_signals()
    log.configure(SystemClock(), form=config.log_format, level=config.log_level)
    _serve(config, url, listener, first=False, parent=parent)


def _serve(
    config: Config, url: str, listener: socket.socket, *, first: bool, parent: int | None = None
) -> None:
    runner = asyncio.Runner(loop_factory=uvicorn.Config("", log_config=None).get_loop_factory())
    with runner:
        try:
            runner.run(_serving(config, url, listener, first=first, parent=parent))
        finally:
            if not first:
                _hear_no_more()


async def _serving(
    config: Config, url: str, listener: socket.socket, *, first: bool, parent: int | None
) -> None:
    async with Platform(config, url, SteeredClock(), SystemEntropy(), works=first) as platform:
        server = uvicorn.Server(
            uvicorn.Config(
                platform.served,
                ws="websockets-sansio",
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=10,
                backlog=BACKLOG,
            )
        )
        platform.begin_work()
        _spare_the_collector()
        watch = asyncio.create_task(_watch(parent, server)) if parent else None
        if first:
            host, port = listener.getsockname()[:2]
            _say(f"Bezant serves on http://{host}:{port}. Ctrl-C stops it.")
        await server.serve(sockets=[listener])
        if watch:
            watch.cancel()


def _spare_the_collector() -> None:
    """Leave what was loaded at start to itself, and look for circles of garbage less often.

    Requests make many small objects and hardly any circle: looking cost a tenth of the CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _watch(parent: int, server: uvicorn.Server) -> None:
    """Stop when the process that started this one has gone, however it went."""
    clock = SystemClock()
    while os.getppid() == parent:
        await clock.sleep(WATCH_SECONDS)
    server.should_exit = True
