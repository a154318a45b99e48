"""The log: structured lines for people or as JSON, secrets redacted, one line per request."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Any, Literal, TextIO, cast

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from bezant.kernel.clock import Clock
from bezant.kernel.luhn import passes_luhn
from bezant.kernel.secret import REDACTED, Secret

_encode = msgspec.json.Encoder(enc_hook=repr).encode

# Fields that hold a secret whatever their value looks like.
_SECRET_FIELD = re.compile(
    r"authorization|cookie|password|secret|api_?key|private_?key|account_number|card_number|cvc",
    re.IGNORECASE,
)
# Secrets inside texts: API keys and signing secrets, credentials in headers and in addresses.
_SECRET_TEXT = re.compile(
    r"(?P<key>\b(?:[sr]k_(?:test|live)|whsec)_)\w+"
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)[^\s\"',]+"
    r"|(?P<user>://[^\s:/@]*:)[^\s/@]+(?=@)",
)
_MARKS = ("_test_", "_live_", "whsec_", "Bearer", "Basic", "://")
"""One is in every text with such a secret; that most texts have none is quick to see."""
# Numbers as they stand on cards, wherever somebody has put them by mistake.
_CARD_NUMBER = re.compile(r"[2-6](?<!\d\d)(?:(?:%20|[ +-])?\d){12,18}(?!\d)", re.ASCII)
_CARD_RANGE = re.compile(
    r"(?:4\d|5[1-5]|2[2-7]|6[0245]|35)\d{14}|3[47]\d{13}|3[0689]\d{12}"
    r"|62\d{15,17}|4\d{12}|4\d{18}"
)
_NO_DIGIT = re.compile(r"%20|\D")
_SHORTEST_CARD = 13


def configure(
    clock: Clock,
    *,
    form: Literal["console", "json"] = "console",
    level: Literal["debug", "info", "warning", "error"] = "info",
    stream: TextIO | None = None,
) -> None:
    """Set the log up for this process, once at its start; other libraries' lines join it."""
    out = stream or sys.stderr
    severity = logging.getLevelNamesMapping()[level.upper()]
    enrich: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _timestamp(clock),
    ]
    render = _renderers(form, colors=out.isatty())
    structlog.configure(
        processors=[*enrich, *render],
        wrapper_class=structlog.make_filtering_bound_logger(severity),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_logging(out, severity, enrich, render)


def canonical_line(event: str, /, **fields: object) -> None:
    """Log the one line that tells a whole request or job; fields that are None are left out.

    Units come last in a field's name: `duration_ms`, `body_bytes`.
    """
    told = {name: value for name, value in fields.items() if value is not None}
    structlog.get_logger().info(event, **told)


def get_logger(name: str) -> FilteringBoundLogger:
    """Return the logger of a module; its lines carry the module's name."""
    logger: FilteringBoundLogger = structlog.get_logger(module=name)
    return logger


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take secrets out of a line: by type, by the name of the field, and inside texts."""
    return {name: _redacted(name, value) for name, value in event.items()}


def _redacted(name: str, value: object) -> object:
    if isinstance(value, Secret) or (value is not None and names_secret(name)):
        return REDACTED
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {key: _redacted(str(key), member) for key, member in items}
    if isinstance(value, list | tuple):
        return [_redacted("", member) for member in cast("Sequence[object]", value)]
    if value is None or isinstance(value, int | float):
        return value
    return cleaned(str(value))


@lru_cache(maxsize=1_024)
def names_secret(field: str) -> bool:
    """Tell whether a field of that name holds a secret, whatever its value looks like."""
    return _SECRET_FIELD.search(field) is not None


def cleaned(text: str) -> str:
    """Return a text without the secrets in it that can be told by their look."""
    text = without_cards(text)
    for mark in _MARKS:
        if mark in text:
            return _SECRET_TEXT.sub(_keep_kind, text)
    return text


def without_cards(text: str) -> str:
    """Return a text without what looks like the number of a card."""
    return _CARD_NUMBER.sub(_no_card, text) if len(text) >= _SHORTEST_CARD else text


def _no_card(found: re.Match[str]) -> str:
    digits = _NO_DIGIT.sub("", found[0])
    if _CARD_RANGE.fullmatch(digits) and passes_luhn(digits):
        return REDACTED
    return found[0]


def _keep_kind(found: re.Match[str]) -> str:
    return f"{found[found.lastgroup or 0]}{REDACTED}"


def _timestamp(clock: Clock) -> Processor:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["time"] = clock.now().isoformat(timespec="microseconds")
        return event

    return stamp


def _renderers(form: Literal["console", "json"], *, colors: bool) -> list[Processor]:
    if form == "json":
        return [structlog.processors.format_exc_info, redact, _as_json]
    console = structlog.dev.ConsoleRenderer(colors=colors, timestamp_key="time")
    return [structlog.processors.format_exc_info, redact, console]


def _as_json(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> str:
    return _encode(event).decode()


def _adopt_standard_logging(
    out: TextIO, severity: int, enrich: Sequence[Processor], render: Sequence[Processor]
) -> None:
    """Give the lines of libraries that use `logging` the same form and redaction."""
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=enrich, processors=[strip, *render])
    )
    logging.basicConfig(handlers=[handler], level=severity, force=True)
