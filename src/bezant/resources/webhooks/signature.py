"""Signatures of webhooks: `t=…,v1=…`, as the official clients verify them."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from bezant.kernel.codec import unix_seconds
from bezant.kernel.secret import Secret

HEADER = "Stripe-Signature"


def signed(body: bytes, secrets: Sequence[Secret], at: datetime) -> str:
    """Return the header's value: one `v1` for each secret, the time being part of what is signed.

    An old body cannot be sent again with a new time, and clients refuse old times.
    """
    time = unix_seconds(at)
    message = b"%d.%b" % (time, body)
    marks = [
        hmac.new(secret.reveal().encode(), message, hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    return ",".join([f"t={time}", *(f"v1={mark}" for mark in marks)])
