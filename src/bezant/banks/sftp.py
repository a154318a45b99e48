"""SFTP to a bank: one pinned server, files that appear whole, and transfers that go on where cut.

Every call opens its own connection. What is not known to have happened is an OSError.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeVar, cast

import asyncssh

from bezant.banks.settings import SftpSettings, secret
from bezant.kernel.errors import ConfigError
from bezant.kernel.log import get_logger
from bezant.movement.transport import Arrival, Fetched

ATTEMPTS = 3
"""How often a cut transfer is taken up again before its outcome is unknown."""

_PIECE = 1 << 20

T = TypeVar("T")

log = get_logger(__name__)


class Sftp:
    """The way to a bank by SFTP."""

    def __init__(self, settings: SftpSettings, environ: Mapping[str, str] = os.environ) -> None:
        """Keep the settings; secrets are read anew for each connection, so that they can change."""
        self._settings = settings
        self._environ = environ
        self._fetched = Fetched()

    def put(self, name: str, source: BinaryIO) -> None:
        """Upload under a hidden name, then rename; again, it goes on where it was cut."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._run(self._put(name, source))
            except OSError as problem:
                if attempt == ATTEMPTS:
                    raise
                log.warning("upload_cut", host=self._settings.host, problem=str(problem))
            else:
                return

    def took(self, name: str, sha256: str = "") -> bool:
        """Look for the file where it was put, and for the bank's acknowledgement of it."""
        del sha256  # An acknowledgement brings the digest itself, and nobody else writes there.
        return self._run(self._took(name))

    def arrivals(self) -> list[Arrival]:
        """Return what has wholly appeared, downloaded."""
        self._fetched.clear()
        return self._run(self._arrivals())

    def done(self, name: str) -> None:
        """Move a file into the folder of those that were read, or delete it without one."""
        self._run(self._done(name))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it, with an OSError for everything that a network can do; a worker's thread calls."""
        try:
            return asyncio.run(work)
        except (asyncssh.Error, OSError, EOFError) as error:
            raise OSError(
                f"SFTP to {self._settings.host}: {error or type(error).__name__}"
            ) from error

    async def _put(self, name: str, source: BinaryIO) -> None:
        folder = PurePosixPath(self._settings.to_bank)
        draft, final = str(folder / f".{name}.part"), str(folder / name)
        async with self._connected() as sftp:
            if await sftp.exists(final):  # A name means one content: it went through before.
                return
            start = await _kept(sftp, draft, source)
            size = source.seek(start)
            async with sftp.open(draft, "r+b" if start else "wb") as file:
                while piece := source.read(_PIECE):
                    await file.write(piece, size)
                    size += len(piece)
            if await sftp.getsize(draft) != size:
                raise asyncssh.SFTPFailure(f"{name} is not whole after the upload")
            await sftp.rename(draft, final)

    async def _took(self, name: str) -> bool:
        settings = self._settings
        async with self._connected() as sftp:
            if name in await sftp.listdir(settings.to_bank):
                return True
            folders = [settings.from_bank, *([settings.done] if settings.done else [])]
            for folder in folders:
                if await sftp.isdir(folder) and f"{name}.ack" in await sftp.listdir(folder):
                    return True
        return False

    async def _arrivals(self) -> list[Arrival]:
        folder = PurePosixPath(self._settings.from_bank)
        found: list[Arrival] = []
        async with self._connected() as sftp:
            for name in sorted(map(str, await sftp.listdir(str(folder)))):
                path = str(folder / name)
                if _is_plain(name) and await sftp.isfile(path):
                    found.append(Arrival(name, self._fetched.place(len(found))))
                    await _download(sftp, path, found[-1].path)
        return found

    async def _done(self, name: str) -> None:
        path = str(PurePosixPath(self._settings.from_bank) / name)
        async with self._connected() as sftp:
            if not await sftp.exists(path):  # It was put aside before the answer was lost.
                return
            if not self._settings.done:
                await sftp.remove(path)
                return
            await sftp.makedirs(self._settings.done, exist_ok=True)
            target = str(PurePosixPath(self._settings.done) / name)
            if await sftp.exists(target):
                await sftp.remove(target)
            await sftp.rename(path, target)

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[asyncssh.SFTPClient]:
        settings = self._settings
        async with asyncio.timeout(settings.timeout_seconds):
            connection = await asyncssh.connect(
                settings.host,
                settings.port,
                username=settings.username,
                password=self._password(),
                client_keys=self._keys(),
                known_hosts=b"",
                client_factory=lambda: _Pinned(settings.host_key),
                config=None,
                agent_path=None,
                keepalive_interval=settings.timeout_seconds,
                connect_timeout=settings.timeout_seconds,
                login_timeout=settings.timeout_seconds,
            )
        async with connection, connection.start_sftp_client() as sftp:
            yield sftp

    def _password(self) -> str | None:
        name = self._settings.password
        return None if name is None else secret(name, self._environ).decode()

    def _keys(self) -> list[asyncssh.SSHKey]:
        settings = self._settings
        if settings.private_key is None:
            return []
        text = secret(settings.private_key, self._environ).decode() + "\n"
        phrase = secret(settings.passphrase, self._environ) if settings.passphrase else None
        try:
            return [asyncssh.import_private_key(text, phrase and phrase.decode())]
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
            place = settings.private_key
            raise ConfigError(f"The private key in {place} cannot be used: {error}.") from error


class _Pinned(asyncssh.SSHClient):
    """A client that knows one server, by its public key or its fingerprint."""

    def __init__(self, host_key: str) -> None:
        self._host_key = host_key

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Accept the pinned key alone."""
        if self._host_key.startswith("SHA256:"):
            return key.get_fingerprint() == self._host_key
        return key.public_data == asyncssh.import_public_key(self._host_key).public_data


async def _kept(sftp: asyncssh.SFTPClient, draft: str, source: BinaryIO) -> int:
    """Return how much of a file a cut upload has left behind, if it is the beginning of it."""
    source.seek(0)
    if not await sftp.exists(draft):
        return 0
    kept = 0
    async with sftp.open(draft, "rb") as file:
        while there := cast("bytes", await file.read(_PIECE)):
            if source.read(len(there)) != there:
                return 0
            kept += len(there)
    return kept


async def _download(sftp: asyncssh.SFTPClient, path: str, target: Path) -> None:
    async with sftp.open(path, "rb") as file:
        with target.open("wb") as kept:
            while piece := cast("bytes", await file.read(_PIECE)):
                kept.write(piece)


def _is_plain(name: str) -> bool:
    """Tell whether a server's word for a file is a name, and not hidden or a way elsewhere."""
    return not name.startswith(".") and PurePosixPath(name).name == name
