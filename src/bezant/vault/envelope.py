"""Envelopes: each card number under a key of its own, and that key under a master key.

AES-256-GCM twice (NIST SP 800-38D), with the record's id bound to both, so that no sealed text
can be moved to another record. A new master key seals the small keys again and no number.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from bezant.kernel.entropy import Entropy
from bezant.vault.keyring import KEY_BYTES, Keyring

NONCE_BYTES = 12
PADDED = 19
"""Digits of the longest card number; shorter ones are padded, so that lengths tell nothing."""


class Envelope(Struct, frozen=True):
    """A sealed number: `wrapped` is its own key under the master key `key`."""

    key: str
    wrapped: bytes
    sealed: bytes


class Tampered(Exception):
    """A record that is not what was sealed."""


def seal(ring: Keyring, record: str, number: str, entropy: Entropy) -> Envelope:
    """Seal a card number of at most 19 digits for a record."""
    assert number.isascii(), "a card number is written in ASCII"
    assert number.isdigit(), "a card number has digits only"
    assert 1 <= len(number) <= PADDED, "a card number has at most 19 digits"
    own = entropy.bytes(KEY_BYTES)
    sealed = _encrypt(own, number.rjust(PADDED).encode(), record, entropy)
    return Envelope(ring.primary, _wrap(ring, own, record, entropy), sealed)


def unseal(ring: Keyring, record: str, envelope: Envelope) -> str:
    """Return the number. Raises Tampered, or ConfigError when the master key is missing."""
    own = _unwrap(ring, record, envelope)
    return _decrypt(own, envelope.sealed, record).decode().strip()


def rewrap(ring: Keyring, record: str, envelope: Envelope, entropy: Entropy) -> Envelope:
    """Return the envelope under the primary key; the number itself is never opened."""
    own = _unwrap(ring, record, envelope)
    return Envelope(ring.primary, _wrap(ring, own, record, entropy), envelope.sealed)


def _wrap(ring: Keyring, own: bytes, record: str, entropy: Entropy) -> bytes:
    return _encrypt(ring.key(ring.primary), own, f"{record}|{ring.primary}", entropy)


def _unwrap(ring: Keyring, record: str, envelope: Envelope) -> bytes:
    return _decrypt(ring.key(envelope.key), envelope.wrapped, f"{record}|{envelope.key}")


def _encrypt(key: bytes, text: bytes, bound_to: str, entropy: Entropy) -> bytes:
    nonce = entropy.bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, bound_to.encode())


def _decrypt(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, text, bound_to.encode())
    except (InvalidTag, ValueError) as error:
        raise Tampered(f"the vault's record {bound_to.partition('|')[0]} was changed") from error
