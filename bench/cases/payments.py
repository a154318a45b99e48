"""Card payments over HTTP: an intent that is made and confirmed, with all that comes of it.

A payment is charged at the simulated card network; its charge, fee, balance transaction, entries
and events are there with the answer. localstripe, a server for tests that keeps everything in
memory, is measured beside it if LOCALSTRIPE names its program.
"""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bench.load import Load
from bench.load import run as send
from bench.measure import Reading, Series, Subject
from bench.run import WARM_UP_SECONDS, Run
from bench.stage import HOST, PATIENCE_SECONDS, SECRET

CASE = "POST /v1/payment_intents, confirmed"
PATH = "/v1/payment_intents"
VARIABLE = "LOCALSTRIPE"
OURS, PEER = "bezant", "localstripe"
AIM = 20.0
MOST_SPREAD = 5.0


def run(run: Run) -> None:
    """Measure payments over one and over `lines` connections, and compare."""
    stage, plan, program = run.stage, run.plan, os.environ.get(VARIABLE)
    with stage.copied() as database, stage.serve(database) as server, peer(program) as port:
        ports = {OURS: server.port} | ({} if port is None else {PEER: port})
        subjects: dict[str, Subject] = {}
        for name, own in ports.items():
            body = payment(own)
            read(own, body, plan.lines, WARM_UP_SECONDS)
            for connections in dict.fromkeys((1, plan.lines)):
                subjects[_name(name, connections)] = _subject(own, body, connections, plan.seconds)
        found = run.measure(CASE, "payments/s", subjects)
    _compare(run, found, plan.lines, measured=port is not None)


def payment(port: int) -> str:
    """Store a customer's card on a server; returns the form of a payment with it."""
    base, head = f"http://{HOST}:{port}/v1", {"Authorization": f"Bearer {SECRET}"}
    card = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": "12",
            "card[exp_year]": "2034", "card[cvc]": "123"}  # fmt: skip
    with httpx.Client(base_url=base, headers=head, timeout=PATIENCE_SECONDS) as client:
        customer = client.post("/customers", data={"name": "Ada"}).raise_for_status().json()["id"]
        method = client.post("/payment_methods", data=card).raise_for_status().json()["id"]
        owner = {"customer": customer}
        client.post(f"/payment_methods/{method}/attach", data=owner).raise_for_status()
    return f"amount=2000&currency=usd&confirm=true&customer={customer}&payment_method={method}"


def read(port: int, body: str, connections: int, seconds: float) -> Reading:
    """Send payments, every one of which must be carried out, and return how fast they were."""
    result = send(
        Load(
            host=HOST,
            port=port,
            path=PATH,
            secret=SECRET,
            keys=f"pay-{os.getpid()}-{time.monotonic_ns()}",
            bodies=[body],
            connections=connections,
            seconds=seconds,
        )
    )
    assert set(result.statuses) == {200}, f"{result.statuses}: {result.sample}"
    return Reading(result.rate, result.p50_ms, result.p99_ms)


@contextmanager
def peer(program: str | None) -> Iterator[int | None]:
    """Run localstripe in a folder of its own; yields its port, None if there is no program."""
    if not program:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="bezant-bench-") as folder:
        port = _free_port()
        process = subprocess.Popen(
            [program, "--port", str(port), "--from-scratch"],
            cwd=folder,
            env=os.environ | {"HOME": folder, "TMPDIR": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def _compare(run: Run, found: dict[str, Series], lines: int, *, measured: bool) -> None:
    at = f"at {lines} connections"
    own = found[_name(OURS, lines)]
    spreads = [(each.p99_ms or 0) / (each.p50_ms or 1) for each in own.readings]
    run.report.compare(f"payments {at}: p99 / p50", spreads, at_most=MOST_SPREAD)
    if not measured:
        run.report.notes.append(f"{CASE}: {PEER} is left out, for {VARIABLE} names no program.")
        return
    rounds = own.over(found[_name(PEER, lines)])
    run.report.compare(f"payments {at}: {OURS} / {PEER}", rounds, at_least=AIM)


def _subject(port: int, body: str, connections: int, seconds: float) -> Subject:
    return lambda: read(port, body, connections, seconds)


def _name(server: str, connections: int) -> str:
    return f"{server}, {connections} {'connection' if connections == 1 else 'connections'}"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return found.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server takes connections."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{VARIABLE} names a program that ends by itself"
        with socket.socket() as line:
            if line.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"{VARIABLE} names a program that does not serve on --port")
