"""When a delivery that failed is tried again.

In live mode for three days: after 30 seconds, 2, 8 and 32 minutes, 2 hours, then every 8 hours,
and a last time when the three days are over. In test mode three times: after a minute, ten
minutes and three hours. Each wait is up to a quarter shorter or longer, by chance.
"""

from datetime import datetime, timedelta

from bezant.kernel.entropy import Entropy

LIVE_FOR = timedelta(days=3)
_LIVE_FIRST_S, _LIVE_FACTOR, _LIVE_MOST_S = 30, 4, 8 * 3_600
_TEST_WAITS_S = (60, 600, 3 * 3_600)


def next_try(
    attempts: int, created: datetime, now: datetime, *, livemode: bool, entropy: Entropy
) -> datetime | None:
    """Return when to try again after so many attempts; None: not any more."""
    assert attempts > 0, "the first attempt is no retry"
    if not livemode:
        if attempts > len(_TEST_WAITS_S):
            return None
        return now + _jittered(_TEST_WAITS_S[attempts - 1], entropy)
    end = created + LIVE_FOR
    if now >= end:
        return None
    wait = min(_LIVE_FIRST_S * _LIVE_FACTOR ** min(attempts - 1, 8), _LIVE_MOST_S)
    return min(now + _jittered(wait, entropy), end)


def _jittered(seconds: int, entropy: Entropy) -> timedelta:
    """Return three to five quarters of a wait, so that a crowd does not come back as one."""
    return timedelta(milliseconds=seconds * (750 + entropy.per_mille() // 2))
