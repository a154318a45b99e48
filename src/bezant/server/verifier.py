"""A provider of verification behind the port: asked over HTTPS, with a signature on what is asked.

The guide of accounts says what a provider is asked and what it answers.
"""

from collections.abc import Sequence
from typing import Annotated

import httpx
import msgspec
from msgspec import Meta, Struct

from bezant.kernel.clock import Clock
from bezant.kernel.codec import decode_json, encode_json
from bezant.kernel.config import Config
from bezant.kernel.secret import Secret
from bezant.resources.connect.requirements import Problem
from bezant.resources.connect.verification import Claims, Verifier, Verifiers, digest_of
from bezant.resources.webhooks.signature import signed
from bezant.sim.identity import SimulatedVerifier

HEADER = "Bezant-Signature"
_PATIENCE_SECONDS = 30
_TAKEN = 200


class ProviderFailed(Exception):
    """The provider gave no answer that can be used; it is asked again later."""


class _Problem(Struct, forbid_unknown_fields=True):
    code: Annotated[str, Meta(pattern="^[a-z0-9_]{1,100}$")]
    field: Annotated[str, Meta(pattern="^[a-z0-9_.]{1,100}$")]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class _Answer(Struct):
    problems: list[_Problem]


class HttpVerifier:
    """Asks a provider about persons and companies, one at a time."""

    def __init__(
        self,
        url: str,
        secret: Secret,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Ask at an address; `transport` is the way there, if it is not the usual one."""
        self._url = url
        self._secret = secret
        self._clock = clock
        self._transport = transport

    def at_once(self, kind: str, claims: Claims) -> Sequence[Problem] | None:
        """Return None: a provider takes its time."""
        return None

    async def verify(self, kind: str, claims: Claims) -> Sequence[Problem]:
        """Return what the provider says; raises ProviderFailed when it says nothing of use.

        The same claims are always asked about under the same `id`.
        """
        asked = {"id": digest_of({"kind": kind, **claims}), "kind": kind, "claims": claims}
        body = encode_json(asked)
        headers = {
            "Content-Type": "application/json",
            HEADER: signed(body, [self._secret], self._clock.now()),
        }
        try:
            async with httpx.AsyncClient(
                transport=self._transport, timeout=_PATIENCE_SECONDS, trust_env=False
            ) as client:
                answer = await client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise ProviderFailed(f"The verifier is out of reach: {error}") from error
        if answer.status_code != _TAKEN:
            raise ProviderFailed(f"The verifier answers with the status {answer.status_code}.")
        try:
            told = decode_json(answer.content, _Answer)
        except msgspec.DecodeError as error:
            raise ProviderFailed(f"The verifier's answer can't be read: {error}") from error
        return [Problem(each.code, each.field, each.reason) for each in told.problems]


def verifiers_of(config: Config, clock: Clock) -> Verifiers:
    """Return who verifies: in live mode nobody, unless the settings name a provider."""
    live: Verifier | None = None
    if config.verifier_url is not None and config.verifier_secret is not None:
        live = HttpVerifier(config.verifier_url, config.verifier_secret, clock)
    return Verifiers(test=SimulatedVerifier(), live=live)
