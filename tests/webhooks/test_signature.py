"""Signatures, as the official client sees them."""

from datetime import UTC, datetime, timedelta

import pytest
import stripe

from bezant.kernel.secret import Secret
from bezant.resources.webhooks.signature import signed

BODY = b'{"id":"evt_1","object":"event","note":"\xc3\xa9"}'


def verified(header: str, secret: str, body: bytes = BODY) -> bool:
    try:
        return stripe.WebhookSignature.verify_header(body.decode(), header, secret, tolerance=300)
    except stripe.SignatureVerificationError:
        return False


def test_a_signature_is_good_for_its_body_its_secret_and_five_minutes():
    now = datetime.now(UTC)
    header = signed(BODY, [Secret("whsec_a")], now)
    assert verified(header, "whsec_a")
    assert not verified(header, "whsec_b")
    assert not verified(header, "whsec_a", BODY[:-1] + b" }")
    assert not verified(signed(BODY, [Secret("whsec_a")], now - timedelta(minutes=6)), "whsec_a")
    fresh = f"t={int(now.timestamp()) + 1}"
    assert not verified(",".join([fresh, header.split(",")[1]]), "whsec_a")


def test_while_a_secret_is_rolled_both_are_good():
    header = signed(BODY, [Secret("whsec_new"), Secret("whsec_old")], datetime.now(UTC))
    assert verified(header, "whsec_new")
    assert verified(header, "whsec_old")
    assert not verified(header, "whsec_older")


def test_a_known_signature():
    """HMAC-SHA256 of `1.{}` under the key `k`, made with openssl."""
    header = signed(b"{}", [Secret("k")], datetime.fromtimestamp(1, UTC))
    expected = "3dd49b2593d0f9a349e9e71c4bde3e2b862c2be4003fe9b4ba81332029310158"
    assert header == f"t=1,v1={expected}"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_there_is_a_mark_for_each_secret(count):
    header = signed(BODY, [Secret("s")] * count, datetime.now(UTC))
    assert header.count("v1=") == count
