"""Loading bank profiles from TOML: one file a bank account, checked to the last key."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta, Struct

from bezant.banks.check import check
from bezant.banks.settings import SETTINGS, objections
from bezant.banks.strict import unknown_keys
from bezant.kernel.currency import table
from bezant.kernel.errors import ConfigError
from bezant.movement.banks import Rails
from bezant.movement.profile import MOST_IN_A_FILE, BankProfile, BankRail, Report, TransportPlan
from bezant.rail import Account, Address, Direction, Originator, Rule, Service

SUFFIX = ".toml"

_Amount = Annotated[int, Meta(ge=0)]
_Text = Annotated[str, Meta(min_length=1)]
_WHERE = re.compile(r" - at `(?:key in )?\$\.?(.*?)`$")


class _Price(Struct, frozen=True, forbid_unknown_fields=True):
    """What a service costs from one day to another."""

    price: _Amount
    valid_from: date
    valid_to: date | None = None
    source: str = "the bank's price list"


class _Originator(Struct, frozen=True, forbid_unknown_fields=True):
    """Who we are to the bank on one rail; what is left out is as in the profile."""

    company_id: str = ""
    name: str = ""
    bank_id: str = ""
    origin_id: str = ""
    account: Account | None = None
    bank_name: str = ""
    address: Address | None = None
    dialect: dict[str, str | int | bool] = msgspec.field(
        default_factory=dict[str, str | int | bool]
    )


class _Rail(Struct, frozen=True, forbid_unknown_fields=True):
    """A rail at the bank, as its table says it."""

    originator: _Originator = _Originator()
    services: tuple[Service, ...] = ()
    directions: tuple[Direction, ...] = ()
    cut_offs: dict[Service, time] = msgspec.field(default_factory=dict[Service, time])
    prices: dict[Service, _Amount | tuple[_Price, ...]] = msgspec.field(
        default_factory=dict[Service, _Amount | tuple[_Price, ...]]
    )
    min_amount: Annotated[int, Meta(ge=1)] = 1
    max_amount: Annotated[int, Meta(ge=1)] | None = None
    most_in_a_file: Annotated[int, Meta(ge=1)] = MOST_IN_A_FILE
    max_file_total: Annotated[int, Meta(ge=1)] | None = None
    max_lines: Annotated[int, Meta(ge=1)] | None = None
    approval_from: Annotated[int, Meta(ge=0)] | None = None
    retries: bool = False


class _Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """A profile, as its file says it."""

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    currency: str
    account: _Text
    details: Account
    holder: _Text
    bank_name: _Text
    rails: dict[str, _Rail] = msgspec.field(default_factory=dict[str, _Rail])
    livemode: bool = False
    transport: dict[str, str | int] = msgspec.field(default_factory=dict[str, str | int])
    notices: Literal["apply", "record"] = "apply"
    mt940: str = ""
    statements: tuple[Report, ...] = ()


_SHAPE = msgspec.inspect.type_info(_Profile)


def load_folder(folder: Path, rails: Rails) -> tuple[BankProfile, ...]:
    """Return a folder's profiles, by their files' names; raises ConfigError with every fault."""
    if not folder.is_dir():
        raise ConfigError(f"The folder of bank profiles, {folder}, does not exist.")
    profiles: list[BankProfile] = []
    faults: list[str] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        profile, said = read(path, rails)
        faults += [f"{path.name}: {fault}" for fault in said]
        if profile is not None and any(profile.name == other.name for other in profiles):
            faults.append(f"{path.name}: another profile is named {profile.name}, too")
        profiles += [profile] if profile is not None else []
    if faults:
        raise ConfigError("; ".join(faults))
    return tuple(profiles)


def read(path: Path, rails: Rails) -> tuple[BankProfile | None, tuple[str, ...]]:
    """Return a profile and what is wrong with it: with a fault, there may be none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return None, (f"cannot be read: {error}",)
    return parse(text, rails)


def parse(text: str, rails: Rails) -> tuple[BankProfile | None, tuple[str, ...]]:
    """Return the profile that a text is and what is wrong with it."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (f"is not TOML: {error}",)
    faults = [*unknown_keys(document, _SHAPE)]
    if faults:
        return None, tuple(faults)
    try:
        said = _convert(document)
    except msgspec.ValidationError as error:
        return None, (str(error),)
    plan, wrong = _transport(said.transport)
    if said.currency not in table():
        wrong.append(f"currency {said.currency!r} does not exist; write it as usd or eur")
    profile = _profile(said, plan)
    return profile, (*wrong, *check(profile, rails))


def _convert(document: dict[str, Any]) -> _Profile:
    """Decode a profile, its rails one by one, so that a fault names its rail."""
    found: object = document.get("rails")
    tables = cast("dict[str, Any]", document.pop("rails")) if isinstance(found, dict) else {}
    try:
        said = msgspec.convert(document, _Profile)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(_plainly(str(error))) from None
    rails: dict[str, _Rail] = {}
    for name, each in tables.items():
        try:
            rails[name] = msgspec.convert(each, _Rail)
        except msgspec.ValidationError as error:
            raise msgspec.ValidationError(_plainly(str(error), f"rails.{name}")) from None
    return msgspec.structs.replace(said, rails=rails)


def _profile(said: _Profile, plan: TransportPlan) -> BankProfile:
    return BankProfile(
        name=said.name,
        currency=said.currency,
        account=said.account,
        details=said.details,
        holder=said.holder,
        bank_name=said.bank_name,
        rails={name: _rail(said, each) for name, each in said.rails.items()},
        livemode=said.livemode,
        transport=plan,
        notices=said.notices,
        mt940=said.mt940,
        statements=said.statements,
    )


def _rail(profile: _Profile, said: _Rail) -> BankRail:
    fixed = {name: it for name, it in said.prices.items() if isinstance(it, int)}
    dated = {name: _rules(it) for name, it in said.prices.items() if not isinstance(it, int)}
    return BankRail(
        originator=_originator(profile, said.originator),
        services=said.services,
        directions=said.directions,
        cut_offs=said.cut_offs,
        prices=fixed,
        dated_prices=dated,
        min_amount=said.min_amount,
        max_amount=said.max_amount,
        most_in_a_file=said.most_in_a_file,
        max_file_total=said.max_file_total,
        max_lines=said.max_lines,
        approval_from=said.approval_from,
        retries=said.retries,
    )


def _rules(rows: Sequence[_Price]) -> tuple[Rule[int], ...]:
    return tuple(Rule(row.price, row.valid_from, row.valid_to, row.source) for row in rows)


def _originator(profile: _Profile, said: _Originator) -> Originator:
    account = said.account or profile.details
    return Originator(
        name=said.name or profile.holder,
        company_id=said.company_id,
        bank_id=said.bank_id or _bank_id(account),
        account=account,
        bank_name=said.bank_name or profile.bank_name,
        origin_id=said.origin_id or said.company_id,
        address=said.address,
        dialect={name: _written(value) for name, value in said.dialect.items()},
    )


def _bank_id(account: Account) -> str:
    """Return the bank's number as the account has it; a rail that needs another is told."""
    for name in ("routing_number", "bic", "sort_code", "ispb", "ifsc", "institution_number"):
        if number := getattr(account, name, None):
            return str(number)
    return ""


def _transport(table: Mapping[str, str | int]) -> tuple[TransportPlan, list[str]]:
    options: dict[str, Any] = {name: it for name, it in table.items() if name != "kind"}
    kind = table.get("kind", "folder")
    if kind not in SETTINGS:
        return TransportPlan(), [f"transport.kind {kind!r} is none of {', '.join(SETTINGS)}"]
    shape = msgspec.inspect.type_info(SETTINGS[str(kind)])
    faults = [*unknown_keys(options, shape, "transport")]
    if not faults:
        try:
            settings = msgspec.convert(options, SETTINGS[str(kind)])
            faults = [f"transport: {each}" for each in objections(settings)]
        except msgspec.ValidationError as error:
            faults = [_plainly(str(error), "transport")]
    written = {name: _written(value) for name, value in options.items()}
    plan = msgspec.convert({"kind": kind, "options": written}, TransportPlan)
    return plan, faults


def _written(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plainly(message: str, where: str = "") -> str:
    """Return a decoder's message with the place in front; secrets are never in it."""
    found = _WHERE.search(message)
    place = ".".join(part for part in (where, found[1] if found else "") if part)
    said = _WHERE.sub("", message).replace("`", "")
    if "env:" in said:
        said = "must say where the secret is, env:VARIABLE or file:PATH, and not the secret"
    return f"{place}: {said}" if place else said
