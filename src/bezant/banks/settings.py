"""Settings of transports: what each kind needs, and secrets that are named and never written."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from bezant.kernel.errors import ConfigError

SecretName = Annotated[
    str,
    Meta(
        pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$",
        extra={"expects": "where a secret is: env:VARIABLE or file:PATH, never the secret itself"},
    ),
]
"""Where a secret is: `env:BANK_PASSWORD` or `file:/run/secrets/bank.key`."""

Folder = Annotated[str, Meta(min_length=1)]
Algorithm = Literal["hmac-sha256", "ed25519", "ecdsa-p256-sha256", "rsa-v1_5-sha256"]


class FolderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Folders that we share with the bank: `root`, below the data folder if it is relative."""

    root: Folder | None = None


class SftpSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A bank's SFTP server.

    `host_key` pins the server: its public key as one line of OpenSSH, or its SHA256 fingerprint.
    What was read is moved into the folder `done`, or deleted where that is empty.
    """

    host: Annotated[str, Meta(min_length=1)]
    host_key: Annotated[str, Meta(pattern=r"^(SHA256:|ssh-|ecdsa-)")]
    username: Annotated[str, Meta(min_length=1)]
    port: Annotated[int, Meta(ge=1, le=65535)] = 22
    password: SecretName | None = None
    private_key: SecretName | None = None
    passphrase: SecretName | None = None
    to_bank: Folder = "to_bank"
    from_bank: Folder = "from_bank"
    done: str = "done"
    timeout_seconds: Annotated[int, Meta(ge=1, le=600)] = 30
    poll_seconds: Annotated[int, Meta(ge=1, le=86400)] = 60


class HttpsSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A bank's HTTPS interface.

    Files go to `url`/`files`/NAME by `method`, and come from the list at `url`/`arrivals`. The
    client shows a certificate, or signs its requests with `algorithm` (RFC 9421), or both; `ca` is
    who must have signed the server's certificate, without it the system's authorities.
    """

    url: Annotated[str, Meta(pattern=r"^https://[^\s/]+(/[^\s/]+)*$")]
    method: Literal["PUT", "POST"] = "PUT"
    files: Folder = "files"
    arrivals: Folder = "arrivals"
    ca: Folder | None = None
    certificate: Folder | None = None
    certificate_key: SecretName | None = None
    algorithm: Algorithm | None = None
    key_id: str = ""
    signing_key: SecretName | None = None
    timeout_seconds: Annotated[int, Meta(ge=1, le=600)] = 30
    poll_seconds: Annotated[int, Meta(ge=1, le=86400)] = 60


SETTINGS: Mapping[str, type[FolderSettings | SftpSettings | HttpsSettings]] = {
    "folder": FolderSettings,
    "sftp": SftpSettings,
    "https": HttpsSettings,
}


def objections(settings: FolderSettings | SftpSettings | HttpsSettings) -> tuple[str, ...]:
    """Say what is missing; nothing when a connection can be tried."""
    if isinstance(settings, SftpSettings):
        if settings.password is None and settings.private_key is None:
            return ("give private_key or password: without one nobody can log in",)
        return ()
    if isinstance(settings, FolderSettings):
        return ()
    said: list[str] = []
    if (settings.certificate is None) != (settings.certificate_key is None):
        said.append("certificate and certificate_key belong together")
    if (settings.algorithm is None) != (settings.signing_key is None):
        said.append("algorithm and signing_key belong together")
    if settings.algorithm is not None and not settings.key_id:
        said.append("give key_id: the bank finds the key of a signature by it")
    if settings.certificate is None and settings.algorithm is None:
        said.append("give a certificate or a signing key: without one the bank knows nobody")
    return tuple(said)


def secret(name: str, environ: Mapping[str, str] = os.environ) -> bytes:
    """Return a secret from where it is; raises ConfigError, which names the place alone."""
    kind, _, place = name.partition(":")
    if kind == "env":
        value = environ.get(place, "")
        if not value:
            raise ConfigError(f"The variable {place}, which holds a bank's secret, is not set.")
        return value.encode()
    try:
        return Path(place).expanduser().read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise ConfigError(f"The secret in {place} cannot be read: {error.strerror}.") from error
