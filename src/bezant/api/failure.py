"""Failures: what an operation returns that has changed something and ends with an error.

A declined card is one: the attempt stays, with its events, and the client is told 402.
"""

from typing import NamedTuple

from bezant.kernel.errors import ApiError


class Failure(NamedTuple):
    """An error that commits together with what the operation wants to change."""

    error: ApiError
