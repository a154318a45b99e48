"""Signatures of requests to a bank: HTTP Message Signatures (RFC 9421) with a digest (RFC 9530)."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bezant.banks.settings import Algorithm
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import ConfigError

Sign = Callable[[bytes], bytes]
"""From the base of a signature to the signature."""

COMPONENTS = ("@method", "@target-uri", "content-digest")


def signer(algorithm: Algorithm, key: bytes) -> Sign:
    """Return what signs with a key: a shared secret, or a private key in PEM.

    Raises ConfigError for a key that is none or of another kind; the key is never in the message.
    """
    if algorithm == "hmac-sha256":
        return lambda base: hmac.new(key, base, hashlib.sha256).digest()
    try:
        private = load_pem_private_key(key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError("A signing key is no private key in PEM, or has a passphrase.") from None
    match algorithm, private:
        case "ed25519", Ed25519PrivateKey():
            return private.sign
        case "rsa-v1_5-sha256", RSAPrivateKey():
            return lambda base: private.sign(base, padding.PKCS1v15(), SHA256())
        case "ecdsa-p256-sha256", EllipticCurvePrivateKey(curve=SECP256R1()):
            return lambda base: _raw(private.sign(base, ECDSA(SHA256())))
        case _:
            raise ConfigError(f"A signing key is of another kind than {algorithm} needs.")


def signed_headers(
    method: str, url: str, sha256: str, *, sign: Sign, key_id: str, at: datetime
) -> dict[str, str]:
    """Return the headers that sign a request: method, address and the digest (hex) of its body."""
    digest = f"sha-256=:{_base64(bytes.fromhex(sha256))}:"
    listed = " ".join(f'"{name}"' for name in COMPONENTS)
    parameters = f'({listed});created={unix_seconds(at)};keyid="{key_id}"'
    values = (method, url, digest)
    lines = [f'"{name}": {value}' for name, value in zip(COMPONENTS, values, strict=True)]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    return {
        "Content-Digest": digest,
        "Signature-Input": f"bezant={parameters}",
        "Signature": f"bezant=:{_base64(sign(base.encode()))}:",
    }


def _raw(signature: bytes) -> bytes:
    """Return an ECDSA signature as the standard wants it: two numbers of 32 bytes."""
    first, second = decode_dss_signature(signature)
    return first.to_bytes(32, "big") + second.to_bytes(32, "big")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
