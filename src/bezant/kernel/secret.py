"""A text that must not be seen in a log, a traceback or a `repr`."""

from hmac import compare_digest

REDACTED = "[redacted]"


class Secret:
    """Wrap a secret text: shown redacted, compared in constant time, read with `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Take the text; an empty one is as secret as any."""
        self._value = value

    def reveal(self) -> str:
        """Return the text itself, at the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        """Show that there is a secret, never which."""
        return f"Secret({REDACTED})"

    def __str__(self) -> str:
        """Show that there is a secret, never which."""
        return REDACTED

    def __bool__(self) -> bool:
        """Tell whether there is any text."""
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """Compare in a time that does not depend on where two secrets differ."""
        if not isinstance(other, Secret):
            return NotImplemented
        return compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash((Secret, self._value))
