"""The office, over a database of its own."""

from tests.resources.conftest import office

__all__ = ["office"]
