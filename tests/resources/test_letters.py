"""Letters by SMTP: handed over to a mail server, which stands in for the network here."""

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bezant.kernel.config import Config
from bezant.kernel.errors import ConfigError
from bezant.kernel.secret import Secret
from bezant.resources.core.mailer import Letter, Mailer
from bezant.server.smtp import SmtpMailer, mailers_of

SENDER = "refunds@example.com"


class Post(socketserver.StreamRequestHandler):
    """As much of a mail server as takes a letter, and offers no TLS."""

    def handle(self) -> None:
        self.server.said = []
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            self.server.said.append(line.decode().strip())
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                while (line := self.rfile.readline()) != b".\r\n":
                    self.server.said.append(line.decode().strip())
            self.wfile.write(
                b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 good\r\n"
            )
            if line.upper().startswith(b"QUIT"):
                return


@pytest.fixture
def post() -> Iterator[Any]:
    with socketserver.TCPServer(("127.0.0.1", 0), Post) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_letter_is_handed_over(post: Any) -> None:
    url = Secret(f"smtp://127.0.0.1:{post.server_address[1]}")
    (mailer,) = mailers_of(Config(smtp_url=url, mail_from=SENDER)).values()
    letter = Letter("ada@example.com", "Your refund", "Where may it go?")
    asyncio.run(mailer.send(letter))
    for line in ("To: ada@example.com", f"From: {SENDER}", "Subject: Your refund", letter.text):
        assert line in post.said
    named = Secret(url.reveal().replace("//", "//ada:secret@"))
    with pytest.raises(OSError, match="STARTTLS"):
        asyncio.run(SmtpMailer(named, SENDER).send(letter))
    assert not any("AUTH" in line for line in post.said), "no password goes without TLS"


def test_nobody_writes_without_a_server_and_a_sender() -> None:
    assert mailers_of(Config()).get(Mailer) is None
    with pytest.raises(ConfigError, match="BEZANT_MAIL_FROM"):
        mailers_of(Config(smtp_url=Secret("smtp://127.0.0.1")))
