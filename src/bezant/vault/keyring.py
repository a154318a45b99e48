"""The vault's keys: named master keys of which one is primary, and the key of fingerprints.

They live in a file that only its owner may read, never in the database, so that neither alone
opens a card number. A key is never removed while a card is sealed under it.
"""

import base64
import hmac
import os
import re
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from bezant.kernel.codec import BASE62, base62
from bezant.kernel.entropy import Entropy
from bezant.kernel.errors import ConfigError
from bezant.kernel.secret import Secret

KEY_BYTES = 32
FINGERPRINT_DIGITS = 16

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}", re.ASCII)
_OTHERS_MAY = 0o077


class _File(Struct, forbid_unknown_fields=True):
    primary: str
    fingerprint: str
    keys: dict[str, str]


class Keyring:
    """Master keys by name; new seals are made with the primary one."""

    def __init__(self, primary: str, fingerprint: Secret, keys: Mapping[str, Secret]) -> None:
        """Take keys as base64; raises ConfigError for what is no key of 256 bits."""
        if primary not in keys:
            raise ConfigError(f"the primary key {primary} is not among the vault's keys")
        for name in keys:
            if not _NAME.fullmatch(name):
                raise ConfigError(f"a vault key is named by a-z, 0-9, - and _, not {name[:40]!r}")
        self.primary = primary
        self._keys = {name: _decoded(key, name) for name, key in keys.items()}
        self._fingerprint = _decoded(fingerprint, "fingerprint")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys, in the order of the file."""
        return tuple(self._keys)

    def key(self, name: str) -> bytes:
        """Return a master key. Raises ConfigError when the file has lost it."""
        try:
            return self._keys[name]
        except KeyError:
            raise ConfigError(
                f"the vault key {name} is missing from the key file, and cards are sealed under "
                "it: put it back from its backup"
            ) from None

    def fingerprint(self, owner: str, number: str) -> str:
        """Return what all appearances of a card number at one owner have in common."""
        digest = hmac.digest(self._fingerprint, f"{owner}|{number}".encode(), sha256)
        cut = int.from_bytes(digest) % len(BASE62) ** FINGERPRINT_DIGITS
        return base62(cut, FINGERPRINT_DIGITS)


class KeyFile:
    """A key file that is made on first use and read again when it has changed.

    So a platform without cards needs none, and a rotation needs no restart.
    """

    def __init__(self, path: Path, entropy: Entropy) -> None:
        """Say where the file is; nothing is read yet."""
        self._path = path
        self._entropy = entropy
        self._stamp = 0
        self._ring: Keyring | None = None

    def ring(self) -> Keyring:
        """Return the keys as they are in the file now. Raises ConfigError as `read` does."""
        if self._ring is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            read_or_make(self._path, self._entropy)
        stamp = self._path.stat().st_mtime_ns
        if self._ring is None or stamp != self._stamp:
            self._ring, self._stamp = read(self._path), stamp
        return self._ring


def read(path: Path) -> Keyring:
    """Read a key file. Raises ConfigError for one that is damaged, or that others may read."""
    if path.stat().st_mode & _OTHERS_MAY:
        raise ConfigError(f"{path} can be read by others than its owner: chmod 600 {path}")
    try:
        file = msgspec.convert(tomllib.loads(path.read_text()), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not a file of vault keys: {error}") from error
    keys = {name: Secret(key) for name, key in file.keys.items()}
    return Keyring(file.primary, Secret(file.fingerprint), keys)


def read_or_make(path: Path, entropy: Entropy) -> Keyring:
    """Read a key file, or make one with a first key; of two processes the first one's counts."""
    if not path.exists():
        text = _text("k1", _fresh(entropy), {"k1": _fresh(entropy)})
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        _write(draft, text)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return read(path)


def add_key(path: Path, name: str, entropy: Entropy) -> Keyring:
    """Add a new primary key to a file; older ones stay. Raises ConfigError for a known name."""
    ring = read(path)
    if name in ring.names:
        raise ConfigError(f"the vault has a key {name} already: choose another name")
    file = msgspec.convert(tomllib.loads(path.read_text()), _File)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    _write(draft, _text(name, file.fingerprint, {**file.keys, name: _fresh(entropy)}))
    added = read(draft)
    draft.replace(path)
    return added


def _fresh(entropy: Entropy) -> str:
    return base64.b64encode(entropy.bytes(KEY_BYTES)).decode()


def _text(primary: str, fingerprint: str, keys: Mapping[str, str]) -> str:
    lines = [
        "# Bezant's vault keys. Back this file up apart from the database, and keep every key:",
        "# a card that is sealed under a lost key is lost.",
        f'primary = "{primary}"',
        f'fingerprint = "{fingerprint}"',
        "[keys]",
        *(f'{name} = "{key}"' for name, key in keys.items()),
    ]
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    """Write a file that is its owner's alone from its first moment on."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _decoded(key: Secret, name: str) -> bytes:
    try:
        raw = base64.b64decode(key.reveal(), validate=True)
    except ValueError as error:
        raise ConfigError(f"the vault key {name} is not base64") from error
    if len(raw) != KEY_BYTES:
        raise ConfigError(f"the vault key {name} has {len(raw)} bytes instead of {KEY_BYTES}")
    return raw
