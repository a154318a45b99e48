"""Counting the steps of Python that a call takes, which a slow machine does not change."""

import sys


def steps_of(call, *arguments):
    """Return how many lines of code ran; C functions count as the line that calls them."""
    steps = 0

    def trace(_frame, event, _argument):
        nonlocal steps
        steps += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call(*arguments)
    finally:
        sys.settrace(before)
    return steps
