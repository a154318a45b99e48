"""Waiting that ends early when the owner, its voice or a child does."""

import os
import select
import signal
from contextlib import suppress
from types import FrameType

ORDERS = 0
"""Standard input, on which the owner says nothing more; its end is the order to stop."""


class Watch:
    """Notices the end of the process that started us, however it ends."""

    def __init__(self, owner: int) -> None:
        """Watch the owner, which must be our parent."""
        self.over = False
        """Whether the server is to stop."""
        self._owner = owner
        self._poll = select.poll()
        self._poll.register(ORDERS, select.POLLIN)
        self._signals, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll.register(self._signals, select.POLLIN)
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGCHLD, _ignore)
        # Sent to all of a service at once, these are for the owner, who stops us when it is done.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with suppress(OSError):  # Where pidfd_open(2) is forbidden, the ticks notice the end.
            self._poll.register(os.pidfd_open(owner), select.POLLIN)

    def tick(self, milliseconds: int) -> None:
        """Wait that long, or less when something happens."""
        for file, _ in self._poll.poll(milliseconds):
            if file == self._signals:
                os.read(file, 4096)
            elif file != ORDERS or not os.read(file, 4096):
                self._poll.unregister(file)
                self.over = True
        if os.getppid() != self._owner:
            self.over = True


def _ignore(signal_number: int, frame: FrameType | None) -> None:
    """Wake the poll, which a signal without a handler would not."""
