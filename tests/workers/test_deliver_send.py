"""Sending: to checked addresses only, under the name's own certificate, within limits."""

import asyncio
import itertools
import socket
import ssl
from pathlib import Path

import pytest

from bezant.workers import deliver_send
from bezant.workers.deliver_http import HttpConnection
from bezant.workers.deliver_send import Answer, Sender, SystemResolver
from tests.webhooks.receiver import Receiver, raw, status

CERTIFICATE = Path(__file__).parents[1] / "webhooks" / "hooks_example_test.pem"
NAME = "hooks.example.test"


async def post(url: str, *, livemode: bool = False, **ports) -> Answer:
    connections = Sender(**ports).connections()
    try:
        return await connections.post(url, b"{}", {"X-Own": "1"}, livemode=livemode)
    finally:
        connections.close()


def resolver(*addresses: str):
    """Resolve every name to these, and count the questions."""

    async def resolve(host: str, port: int) -> list[str]:
        resolve.asked.append((host, port))
        return list(addresses)

    resolve.asked = []
    return resolve


@pytest.fixture
def canary(monkeypatch):
    """Let no packet leave, and tell which addresses would have been called."""
    sung: list[str] = []

    class Cage(HttpConnection):
        def __init__(self) -> None:
            self.reusable = False

        @classmethod
        async def open(cls, address, *_rest):
            sung.append(address)
            return cls()

        async def send(self, request: bytes) -> int:
            return 200

        def close(self) -> None:
            pass

    monkeypatch.setattr(deliver_send, "HttpConnection", Cage)
    return sung


def test_the_name_goes_along_to_the_address_that_was_checked():
    async def story() -> None:
        resolve = resolver("127.0.0.1")
        async with Receiver() as receiver:
            answer = await post(f"http://{NAME}:{receiver.port}/a/b?c=d%20e#f", resolver=resolve)
            assert answer == Answer(ok=True, words="HTTP 200", status=200)
            (got,) = receiver.got
            assert got.path == "/a/b?c=d%20e"
            assert got.headers["host"] == f"{NAME}:{receiver.port}"
            assert got.headers["x-own"] == "1"
            assert got.body == b"{}"
            assert resolve.asked == [(NAME, receiver.port)]

    asyncio.run(story())


def test_a_name_that_changes_its_mind_gains_nothing(canary):
    """The second answer of a rebinding name is never asked for, nor trusted when it comes."""

    async def story() -> None:
        turns = itertools.cycle([["93.184.216.34"], ["169.254.169.254"]])

        async def resolve(_host: str, _port: int) -> list[str]:
            return next(turns)

        connections = Sender(resolver=resolve).connections()
        url = f"https://{NAME}/"
        first = await connections.post(url, b"{}", {}, livemode=True)
        second = await connections.post(url, b"{}", {}, livemode=True)
        assert first.ok
        assert second == Answer(ok=False, words="address 169.254.169.254 is not public")
        assert canary == ["93.184.216.34"]

    asyncio.run(story())


@pytest.mark.parametrize("address", ["10.0.0.1", "fd00::1", "0.0.0.0", "::ffff:192.168.1.1"])
@pytest.mark.parametrize("livemode", [False, True])
def test_one_bad_address_among_good_ones_is_enough(canary, address, livemode):
    found = ["93.184.216.34", address]
    answer = asyncio.run(post(f"https://{NAME}/", resolver=resolver(*found), livemode=livemode))
    assert not answer.ok
    assert canary == []


def spellings() -> list[str]:
    """Ways to write the loopback and other inner addresses so that they look like names."""
    hosts = ["localhost", "localhost.", "LOCALHOST", "ip6-localhost", "0", "127.1", "127.0.1"]
    for number in (0x7F000001, 0x7F0000FE, 0x0A000001, 0xA9FEA9FE, 0xC0A80001, 0xAC100001):
        a, b, c, d = number.to_bytes(4)
        tail = b << 16 | c << 8 | d
        hosts += [
            f"{number}", f"{number:#x}", f"{number:#o}".replace("0o", "0"), f"{number:#X}",
            f"{a}.{tail}", f"{a:#x}.{tail:#x}", f"{a}.{b}.{c << 8 | d}",
            f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
            f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a}.{b}.{c}.{d}.", f"{a:#x}.{b}.0{c:o}.{d}",
            f"000{a:o}.{b}.{c}.{d}", f"[::ffff:{a}.{b}.{c}.{d}]", f"[::{a}.{b}.{c}.{d}]",
            f"[64:ff9b::{a:x}{b:02x}:{c:x}{d:02x}]", f"[2002:{a:x}{b:02x}:{c:x}{d:02x}::]",
            f"[0:0:0:0:0:ffff:{a:x}{b:02x}:{c:x}{d:02x}]",
        ]  # fmt: skip
    return hosts


def test_no_spelling_of_an_inner_address_is_called_in_live_mode(canary):
    """The system's own resolver reads what looks like names; none of it is a public address."""

    async def numbers_only(host: str, port: int) -> list[str]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(place[0]) for *_, place in found]

    async def story() -> int:
        for host in spellings():
            own = SystemResolver() if "local" in host else numbers_only
            url = f"https://{host}:4443/"
            answer = await post(url, resolver=own, livemode=True)
            assert not answer.ok, url
        return len(spellings())

    assert asyncio.run(story()) > 100
    assert canary == []


def test_tls_is_checked_against_the_name():
    async def story() -> None:
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(CERTIFICATE)
        names: list[str | None] = []
        serving.sni_callback = lambda _socket, name, _context: names.append(name)
        trust = ssl.create_default_context(cafile=CERTIFICATE)
        ports = {"resolver": resolver("127.0.0.1")}
        async with Receiver(serving) as receiver:
            good = await post(f"https://{NAME}:{receiver.port}/", trust=trust, **ports)
            assert good.ok, good
            assert names == [NAME]
            other = await post(f"https://other.test:{receiver.port}/", trust=trust, **ports)
            assert not other.ok
            assert "certificate" in other.words.lower()
            unknown = await post(f"https://{NAME}:{receiver.port}/", **ports)
            assert "certificate" in unknown.words.lower()
            assert len(receiver.got) == 1

    asyncio.run(story())


@pytest.mark.parametrize(
    ("behaviour", "ok", "words"),
    [
        (status(200), True, "HTTP 200"),
        (status(204, body=""), True, "HTTP 204"),
        (status(299), True, "HTTP 299"),
        (status(300), False, "HTTP 300"),
        (status(400), False, "HTTP 400"),
        (status(500), False, "HTTP 500"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n" + b"x" * 70_000), True,
         "HTTP 200"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), True, "HTTP 200"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), True, "HTTP 200"),
        (raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"),
         True, "HTTP 201"),
        (raw(b"HTTP/1.0 200 OK\r\n\r\nuntil the end"), True, "HTTP 200"),
        (raw(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
         False, "no connection: the answer is not HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n"), False, "no connection"),
        (raw(b"nothing like HTTP\r\n\r\n"), False, "no connection: the answer is not HTTP"),
        (raw(b""), False, "no connection: the connection was closed without an answer"),
    ],
)  # fmt: skip
def test_an_answer_is_its_status(behaviour, ok, words):
    async def story() -> None:
        async with Receiver() as receiver:
            receiver.answers["/hook"] = behaviour
            answer = await post(receiver.url())
            assert answer.ok is ok, answer
            assert answer.words.startswith(words)

    asyncio.run(story())


def test_a_connection_is_used_again_and_replaced_when_it_has_gone():
    async def story() -> None:
        async with Receiver() as receiver:
            connections = Sender().connections()

            async def send() -> Answer:
                return await connections.post(receiver.url(), b"{}", {}, livemode=False)

            assert [(await send()).ok for _ in range(5)] == [True] * 5
            assert receiver.connections == 1
            receiver.hang_up()
            assert (await send()).ok
            assert receiver.connections == 2
            receiver.answers["/hook"] = status(200, headers="Connection: close\r\n")
            assert [(await send()).ok for _ in range(2)] == [True] * 2
            assert receiver.connections == 3
            together = await asyncio.gather(*(send() for _ in range(4)))
            assert [one.ok for one in together] == [True] * 4
            connections.close()

    asyncio.run(story())


def test_nobody_is_followed():
    async def story() -> None:
        async with Receiver() as receiver:
            for code in (301, 302, 303, 307, 308):
                receiver.answers["/hook"] = status(
                    code, headers=f"Location: {receiver.url('/else')}\r\n"
                )
                answer = await post(receiver.url())
                words = f"HTTP {code} (redirects are not followed)"
                assert answer == Answer(ok=False, words=words, status=code)
            assert receiver.at("/else") == []

    asyncio.run(story())


def test_an_answer_has_its_time(monkeypatch):
    monkeypatch.setattr(deliver_send, "TIMEOUT_S", 0.2)

    async def story() -> None:
        async with Receiver() as receiver:
            receiver.answers["/hook"] = receiver.silence
            answer = await post(receiver.url())
            assert answer == Answer(ok=False, words="no answer within 0.2 seconds")

        async def hang(_host: str, _port: int) -> list[str]:
            await asyncio.Event().wait()
            return []

        answer = await post("http://slow.test", resolver=hang)
        assert answer.words == "no answer within 0.2 seconds"

    asyncio.run(story())


def test_nobody_there_is_said_so():
    async def story() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            answer = await post(f"http://127.0.0.1:{port}/")
            assert not answer.ok
            assert answer.words.startswith("no connection")

        async def unknown(_host: str, _port: int) -> list[str]:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")

        answer = await post("http://nowhere.test/", resolver=unknown)
        assert answer == Answer(ok=False, words="the name does not resolve")
        answer = await post("http://empty.test/", resolver=resolver())
        assert answer == Answer(ok=False, words="no connection: the name has no address")

    asyncio.run(story())


def test_the_next_address_is_tried_when_one_does_not_answer():
    async def story() -> None:
        async with Receiver() as receiver:
            url = f"http://{NAME}:{receiver.port}/hook"
            answer = await post(url, resolver=resolver("::1", "127.0.0.1"))
            assert answer.ok, "the receiver listens on 127.0.0.1 alone"

    asyncio.run(story())
