"""Letters by SMTP: the mailer that the settings name, if they name one."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from bezant.kernel.config import Config
from bezant.kernel.errors import ConfigError
from bezant.kernel.secret import Secret
from bezant.resources.core.mailer import Letter, Mailer

_PATIENCE_SECONDS = 30


class SmtpMailer:
    """Hands letters to a mail server, each over a connection of its own."""

    def __init__(self, url: Secret, sender: str) -> None:
        """Send from an address over the server at `smtp://` or `smtps://`."""
        self._url = url
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        """Hand a letter over; raises OSError, of which smtplib's errors are, when it is not taken.

        A name and a password are told over TLS alone.
        """
        await asyncio.to_thread(self._hand_over, letter)

    def _hand_over(self, letter: Letter) -> None:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, letter.to
        message["Subject"] = letter.subject
        message.set_content(letter.text)
        url = urlsplit(self._url.reveal())
        host, safe = url.hostname or "localhost", ssl.create_default_context()
        if url.scheme == "smtps":
            made = smtplib.SMTP_SSL(host, url.port or 465, timeout=_PATIENCE_SECONDS, context=safe)
        else:
            made = smtplib.SMTP(host, url.port or 587, timeout=_PATIENCE_SECONDS)
        with made as server:
            server.ehlo()
            if url.scheme != "smtps" and (url.username or server.has_extn("starttls")):
                server.starttls(context=safe)
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)


def mailers_of(config: Config) -> dict[type, Mailer]:
    """Return who sends letters, as a port: nobody, unless the settings name a server.

    Raises ConfigError for a server without an address to send from.
    """
    if config.smtp_url is None:
        return {}
    if config.mail_from is None:
        raise ConfigError(
            "BEZANT_SMTP_URL is set and BEZANT_MAIL_FROM is not: say which address letters come "
            "from."
        )
    return {Mailer: SmtpMailer(config.smtp_url, config.mail_from)}
