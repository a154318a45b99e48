"""Filters of `stripe logs tail`: which requests a session is told of."""

from typing import Annotated, Protocol

import msgspec
from msgspec import Meta, Struct

from bezant.kernel.codec import decode_json
from bezant.kernel.errors import InvalidRequest

_FAILED = 400
Values = Annotated[list[str], Meta(max_length=100)]


class Filtered(Protocol):
    """What of a logged request filters look at."""

    @property
    def account(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def status(self) -> int: ...


class LogFilters(Struct):
    """Each list holds what is let through; an empty one lets everything through."""

    filter_account: Values = []
    filter_http_method: Values = []
    filter_ip_address: Values = []
    filter_request_path: Values = []
    filter_request_status: Values = []
    filter_source: Values = []
    filter_status_code: Values = []
    filter_status_code_type: Values = []

    def pass_(self, row: Filtered, account: str) -> bool:
        """Tell whether a session of an account is to be told of a request."""
        status = str(row.status)
        outcome = "FAILED" if row.status >= _FAILED else "SUCCEEDED"
        whose = "self" if row.account == account else "connect_out"
        return all(
            not allowed or not {value.upper() for value in allowed}.isdisjoint(values)
            for allowed, values in (
                (self.filter_account, {whose.upper()}),
                (self.filter_http_method, {row.method}),
                (self.filter_request_path, {row.path.upper()}),
                (self.filter_request_status, {outcome}),
                (self.filter_source, {"API"}),
                (self.filter_status_code, {status}),
                (self.filter_status_code_type, {f"{status[0]}00", f"{status[0]}XX"}),
            )
        )


def read(text: str | None) -> LogFilters:
    """Return the filters of a session. Raises InvalidRequest."""
    try:
        filters = LogFilters() if text is None else decode_json(text, LogFilters)
    except (msgspec.DecodeError, msgspec.ValidationError) as problem:
        raise InvalidRequest(
            f"Invalid filters: {problem}", code="parameter_invalid", param="filters"
        ) from problem
    if filters.filter_ip_address:
        raise InvalidRequest(
            "Invalid filters: the addresses that requests come from are not kept.",
            code="parameter_invalid",
            param="filters",
        )
    return filters
