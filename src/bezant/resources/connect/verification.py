"""Verification as a port: who looks whether persons and companies are who they say they are.

A provider stands behind the port for each mode; the sandbox has a simulated one. Where there is
none, what has been submitted stays pending, and is asked about as soon as there is one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from bezant.api.runtime import Runtime
from bezant.kernel.codec import encode_json
from bezant.resources.connect.requirements import Problem

Claims = Mapping[str, Any]
"""What is said about a person or a company, by the names of the API, with hidden numbers."""


class Verifier(Protocol):
    """Somebody who verifies; an answer without problems means that everything is right."""

    def at_once(self, kind: str, claims: Claims) -> Sequence[Problem] | None:
        """Answer for a `person` or a `company` without asking anybody, or None."""
        ...

    async def verify(self, kind: str, claims: Claims) -> Sequence[Problem]:
        """Answer for a `person` or a `company`; may be asked the same more than once."""
        ...


class Verifiers(Struct, frozen=True):
    """Who verifies in test mode, and who in live mode."""

    test: Verifier | None = None
    live: Verifier | None = None


def verifier_of(runtime: Runtime, *, livemode: bool) -> Verifier | None:
    """Return who verifies in a mode, if anybody does."""
    verifiers = runtime.ports.get(Verifiers, Verifiers())
    return verifiers.live if livemode else verifiers.test


def digest_of(claims: Claims) -> str:
    """Return what tells one state of somebody's claims from another."""
    return hashlib.sha256(encode_json(dict(sorted(claims.items())))).hexdigest()[:32]
