"""The office, whose pages sell things, over a database of its own."""

from tests.payments.conftest import office

__all__ = ["office"]
