"""Settings: one frozen struct, read once at start from BEZANT_* variables and a TOML file."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, cast, get_args

import msgspec
from msgspec import Meta, Struct

from bezant.kernel.errors import ConfigError
from bezant.kernel.secret import Secret

PREFIX = "BEZANT_"
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _setting(description: str, expects: str, **limits: Any) -> Meta:
    pattern = limits.pop("pattern", None)
    return Meta(description=description, extra={"expects": expects, "pattern": pattern}, **limits)


class Config(Struct, frozen=True, kw_only=True):
    """Every setting, its default and what it is for; `load` makes one."""

    database_url: Annotated[
        Secret | None,
        _setting(
            "PostgreSQL to use; without it, Bezant runs its own below the data folder.",
            "an address such as postgresql://user:password@host/database",
            pattern=r"postgres(ql)?://\S*",
        ),
    ] = None
    data: Annotated[
        Path,
        _setting("Folder of the embedded database and of bank files.", "a folder's path"),
    ] = Path("bezant-data")
    banks: Annotated[
        Path | None,
        _setting(
            "Folder of bank profiles, one TOML file for each account; the sandbox needs none.",
            "a folder's path",
        ),
    ] = None
    fee_plans: Annotated[
        Path | None,
        _setting(
            "TOML file of what payments cost accounts; without it, the standard plan that comes "
            "along holds for all.",
            "a file's path",
        ),
    ] = None
    payout_interval: Annotated[
        Literal["daily", "manual"],
        _setting(
            "How new accounts are paid out until their settings say otherwise: by hand, or every "
            "day as with Stripe.",
            "manual or daily",
        ),
    ] = "manual"
    modulus_table: Annotated[
        Path | None,
        _setting(
            "File of the sort code table (valacdos.txt) by which Bacs and Faster Payments check "
            "account numbers; without it, they check lengths alone.",
            "a file's path",
        ),
    ] = None
    host: Annotated[
        str,
        _setting("Address to listen on.", "a host name or IP address", pattern=r"[\w.:%-]+"),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        _setting(
            "Port to listen on; 0 takes a free one.", "an integer, 0 to 65535", ge=0, le=65535
        ),
    ] = 4242
    workers: Annotated[int, _setting("Server processes.", "an integer, 1 to 256", ge=1, le=256)] = 1
    pool_size: Annotated[
        int,
        _setting("Database connections of each process.", "an integer, 1 to 1000", ge=1, le=1000),
    ] = 10
    queue_limit: Annotated[
        int,
        _setting(
            "Changes of one process that may wait for the database; more are told to come again.",
            "an integer, 1 to 1000000",
            ge=1,
            le=1_000_000,
        ),
    ] = 10_000
    capacity: Annotated[
        int,
        _setting(
            "Requests that one process answers at once; as they near it, lists are refused first, "
            "then other reads, then test-mode writes.",
            "an integer, 0 to 1000000; 0 is no limit",
            ge=0,
            le=1_000_000,
        ),
    ] = 20_000
    rate_limit: Annotated[
        int,
        _setting(
            "Requests a second of one account in one mode.",
            "an integer, 0 to 1000000; 0 is no limit",
            ge=0,
            le=1_000_000,
        ),
    ] = 0
    endpoint_rate_limit: Annotated[
        int,
        _setting(
            "Requests a second of one account in one mode to one endpoint.",
            "an integer, 0 to 1000000; 0 is no limit",
            ge=0,
            le=1_000_000,
        ),
    ] = 0
    concurrency_limit: Annotated[
        int,
        _setting(
            "Requests of one account in one mode that are answered at once.",
            "an integer, 0 to 1000000; 0 is no limit",
            ge=0,
            le=1_000_000,
        ),
    ] = 0
    endpoint_concurrency_limit: Annotated[
        int,
        _setting(
            "Requests of one account in one mode to one endpoint that are answered at once.",
            "an integer, 0 to 1000000; 0 is no limit",
            ge=0,
            le=1_000_000,
        ),
    ] = 0
    public_url: Annotated[
        str,
        _setting(
            "Where clients reach this server; links in answers start with it.",
            "an address such as https://pay.example.com, without a final slash",
            pattern=r"https?://[^\s/]+(/[^\s/]+)*",
        ),
    ] = "http://127.0.0.1:4242"
    test_secret_key: Annotated[
        Secret | None,
        _setting(
            "Test-mode API key to install on first start; otherwise one is made and shown once.",
            "sk_test_ and at least 8 letters, digits or underscores",
            pattern=r"sk_test_[A-Za-z0-9_]{8,}",
        ),
    ] = None
    vault_keys: Annotated[
        Path | None,
        _setting(
            "File of the keys that seal card numbers; without it, vault.keys in the data folder, "
            "made on first start.",
            "a file's path",
        ),
    ] = None
    verifier_url: Annotated[
        str | None,
        _setting(
            "Where a provider verifies persons and companies in live mode; without it, live "
            "accounts stay pending.",
            "an address such as https://verify.example.com/bezant",
            pattern=r"https?://\S+",
        ),
    ] = None
    verifier_secret: Annotated[
        Secret | None,
        _setting(
            "Secret by which the provider knows that it is asked by this platform.",
            "at least 16 characters",
            pattern=r"\S{16,}",
        ),
    ] = None
    smtp_url: Annotated[
        Secret | None,
        _setting(
            "Mail server by which customers are asked in live mode to which account a refund may "
            "go; without it, nobody is written to.",
            "an address such as smtp://user:password@mail.example.com:587, or with smtps",
            pattern=r"smtps?://\S+",
        ),
    ] = None
    mail_from: Annotated[
        str | None,
        _setting(
            "Address that letters to customers come from.",
            "an address such as refunds@example.com",
            pattern=r"[^@\s<>]+@[^@\s<>]+",
        ),
    ] = None
    sandbox: Annotated[
        Literal["fast", "calendar"],
        _setting(
            "How simulated banks keep time: answers within seconds, or on the days of a calendar.",
            "fast or calendar",
        ),
    ] = "fast"
    request_log_reads: Annotated[
        int,
        _setting(
            "Of a thousand reads that succeed, how many are kept in the request log; everything "
            "else always is.",
            "an integer, 0 to 1000",
            ge=0,
            le=1_000,
        ),
    ] = 1_000
    error_spike: Annotated[
        int,
        _setting(
            "Errors of one kind within five minutes that are called a spike, if they are five "
            "times as many as in the hour before on average.",
            "an integer, 1 to 1000000000",
            ge=1,
            le=1_000_000_000,
        ),
    ] = 20
    log_format: Annotated[
        Literal["console", "json"],
        _setting("Form of the log: for people, or one JSON object a line.", "console or json"),
    ] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        _setting("Least severity that is logged.", "debug, info, warning or error"),
    ] = "info"

    sources: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    """Where each setting that has not its default came from; not a setting itself."""

    @property
    def vault_key_file(self) -> Path:
        """The file of the vault's keys."""
        return self.vault_keys or self.data / "vault.keys"


class Setting(NamedTuple):
    """One setting as people see it; secrets are redacted."""

    name: str
    variable: str
    value: str
    default: str
    source: str
    description: str
    expects: str


class _Field(NamedTuple):
    name: str
    type: Any
    default: object
    meta: Meta

    @property
    def extra(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.meta.extra)


def load(
    env: Mapping[str, str],
    toml_path: Path | None = None,
    flags: Mapping[str, object] = _NOTHING,
) -> Config:
    """Read the settings: flags over environment over file over defaults.

    A file that does not exist, an empty variable and a flag that is None say nothing. Raises
    ConfigError for a name that is no setting and for a value that is not what is expected.
    """
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    given = [
        *((name, name, value, str(toml_path)) for name, value in _read_toml(toml_path).items()),
        *((_name(variable), variable, value, variable) for variable, value in _ours(env)),
        *((name, f"--{name}", value, "command line") for name, value in flags.items()),
    ]
    for name, shown, value, source in given:
        if name not in _FIELDS:
            raise ConfigError(_unknown(name, shown, source))
        if value is not None:
            values[name] = _convert(_FIELDS[name], shown, value, source)
            sources[name] = source
    return Config(**cast("dict[str, Any]", values), sources=sources)


def describe(config: Config) -> list[Setting]:
    """Return every setting with its value, where the value came from and what it is for."""
    return [
        Setting(
            name=field.name,
            variable=_variable(field.name),
            value=_shown(getattr(config, field.name)),
            default=_shown(field.default),
            source=config.sources.get(field.name, "default"),
            description=field.meta.description or "",
            expects=field.extra["expects"],
        )
        for field in _FIELDS.values()
    ]


def _fields() -> Iterator[_Field]:
    for field in msgspec.structs.fields(Config):
        metas = [arg for arg in get_args(field.type) if isinstance(arg, Meta)]
        if metas:
            yield _Field(field.name, field.type, field.default, metas[0])


_FIELDS = {field.name: field for field in _fields()}


def _read_toml(path: Path | None) -> dict[str, object]:
    if path is None or not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # Bad TOML and bad UTF-8 are both ValueErrors.
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _ours(env: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    return ((name, value or None) for name, value in env.items() if name.startswith(PREFIX))


def _name(variable: str) -> str:
    return variable.removeprefix(PREFIX).lower()


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _unknown(name: str, shown: str, source: str) -> str:
    near = difflib.get_close_matches(name, _FIELDS, n=1, cutoff=0)[0]
    nearest = _variable(near) if shown.startswith(PREFIX) else near
    place = "" if shown == source else f" ({source})"
    return f"{shown}{place} is not a setting; the nearest is {nearest}"


def _convert(field: _Field, shown: str, value: object, source: str) -> object:
    try:
        if _fits(value, field.extra["pattern"]):
            return msgspec.convert(value, field.type, strict=False, dec_hook=_from_text)
    except msgspec.ValidationError:
        pass  # The message below says what is expected, in our words and without secrets.
    secret = Secret in get_args(get_args(field.type)[0])
    what = "has another value" if secret else f"is {value!r}"
    place = "" if shown == source else f" ({source})"
    raise ConfigError(f"{shown}{place} {what}; expected is {field.extra['expects']}")


def _fits(value: object, pattern: str | None) -> bool:
    if isinstance(value, bool):  # No setting is a switch, and no integer is `true`.
        return False
    return pattern is None or (
        isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None
    )


def _from_text(type: type, value: object) -> object:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return Path(value).expanduser() if issubclass(type, Path) else Secret(value)


def _shown(value: object) -> str:
    return "" if value is None else str(value)
