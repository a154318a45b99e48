"""The plan: how much is measured, for how long, and how often."""

from msgspec import Struct


class Plan(Struct, frozen=True, kw_only=True):
    """How a run is measured; times in seconds."""

    rounds: int = 5
    seconds: float = 4
    accounts: int = 1_000
    connections: tuple[int, ...] = (1, 32, 128)
    callers: tuple[int, ...] = (1, 32, 128, 1_024)
    batches: tuple[int, ...] = (1_000, 10_000)
    moves: tuple[int, ...] = (0, 1_000_000, 10_000_000)
    requests: int = 100_000
    file_entries: int = 100_000
    lines: int = 32
    """Connections at which kinds of servers, of calls and of tables are compared."""


QUICK = Plan(rounds=3, seconds=1.5, moves=(0, 100_000), requests=10_000, file_entries=20_000)
"""Minutes, not half an hour: enough to see that nothing has broken."""


def grown_to(moves: int) -> tuple[int, ...]:
    """Return the sizes at which tables are measured on their way to so many moves."""
    return (0, moves // 10, moves) if moves >= 10 else (0, moves)
