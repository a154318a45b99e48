"""Every event that can happen can be triggered, or it is said why not."""

from bezant.cli.trigger_acts import ACTS, ONLY_LATER
from bezant.resources.webhooks.event_types import PING
from tests.code.events import told


def test_every_event_that_is_told_can_be_triggered():
    """Whoever lets a new event happen adds what leads to it, or why only time does."""
    assert sorted(told() - ACTS.keys() - ONLY_LATER.keys()) == []


def test_nothing_is_triggered_that_is_never_told():
    assert sorted((ACTS.keys() | ONLY_LATER.keys()) - told() - {PING}) == []
    assert ACTS.keys().isdisjoint(ONLY_LATER)
