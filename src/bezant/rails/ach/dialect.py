"""What one bank wants otherwise than others: the switches for writing and for reading its files."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from bezant.kernel.errors import FileRefused, Problem

MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

RoutingNumber = Annotated[str, Meta(pattern=r"^([0-9]{9})?$")]
Count = Annotated[int, Meta(ge=0)]
YesNo = Literal["yes", "no"]


class Dialect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bank's switches by their keys; the defaults are what the operating rules say.

    Header: `destination` is the routing number that files are addressed to, where it is not the
    bank's own, with `destination_prefix` before it and `destination_name` after it; `origin` the
    sender's number as this bank gave it, `origin_prefix` the digit before a routing number that
    is one, `origin_name` the sender's name; `modifiers` what tells the files of a day apart,
    `header_reference` whether the reference code is written.

    Lines: `line_ending` and `last_line_ending`, `padding` to blocks of ten, `max_lines` of a file
    with its padding.

    Batches: `directions` split into credits and debits or mixed, `batch_by` what shares a batch,
    `max_batch_entries`, `odfi` the first eight digits of traces, `company_name` and
    `company_name_case`, `company_data` and `return_account` for the company's own columns,
    `descriptive_date`, the classes of entries whose instructions name none (`individual_class`,
    `company_class`, `consumer_debit_class`), `characters` of names, `account_hyphens`.

    Balance: `offset` writes the other side of each batch, or of each day, to the originator's
    own account under `offset_name`.

    Reading: `read_short_lines`, `read_check_digit`, `read_trace_order`, `read_trace_bank`,
    `read_block_count`, `read_unknown_returns`; `no` leaves out the check, or allows nothing.
    """

    destination: RoutingNumber = ""
    destination_prefix: Literal["blank", "zero", "none"] = "blank"
    destination_name: str = ""
    origin: Annotated[str, Meta(max_length=10)] = ""
    origin_prefix: Annotated[str, Meta(pattern="^[0-9A-Z ]?$")] = ""
    origin_name: str = ""
    modifiers: Literal["letters_digits", "letters", "digits"] = "letters_digits"
    header_reference: YesNo = "yes"
    line_ending: Literal["lf", "crlf", "none"] = "lf"
    last_line_ending: YesNo = "yes"
    padding: Literal["blocks", "none"] = "blocks"
    max_lines: Count = 0
    directions: Literal["split", "mixed"] = "split"
    batch_by: Literal["purpose", "entry"] = "purpose"
    max_batch_entries: Count = 0
    odfi: Annotated[str, Meta(pattern="^([0-9]{8})?$")] = ""
    company_name: str = ""
    company_name_case: Literal["upper", "keep"] = "upper"
    company_data: Annotated[str, Meta(max_length=20)] = ""
    return_account: Annotated[str, Meta(max_length=17)] = ""
    descriptive_date: Literal["none", "effective", "created", "same_day"] = "none"
    individual_class: Literal["PPD", "WEB"] = "PPD"
    company_class: Literal["CCD", "CTX"] = "CCD"
    consumer_debit_class: Literal["PPD", "WEB", "TEL"] = "PPD"
    characters: Literal["ascii", "letters_digits"] = "ascii"
    account_hyphens: Literal["keep", "drop"] = "keep"
    offset: Literal["none", "batch", "day"] = "none"
    offset_name: Annotated[str, Meta(min_length=1)] = "OFFSET"
    read_short_lines: YesNo = "yes"
    read_check_digit: YesNo = "yes"
    read_trace_order: YesNo = "yes"
    read_trace_bank: YesNo = "yes"
    read_block_count: YesNo = "yes"
    read_unknown_returns: YesNo = "yes"


def modifier(dialect: Dialect, ours: str) -> str:
    """Return the bank's letter or digit for one of A-Z and 0-9; they come round sooner for some."""
    alphabet = {"letters_digits": MODIFIERS, "letters": MODIFIERS[:26], "digits": MODIFIERS[26:]}
    allowed = alphabet[dialect.modifiers]
    return allowed[MODIFIERS.index(ours) % len(allowed)]


def dialect_of(keys: Mapping[str, str]) -> Dialect:
    """Return the switches of a bank; raises FileRefused for a key or a value that is not known."""
    return _dialect_of(tuple(sorted(keys.items())))


@lru_cache(maxsize=256)
def _dialect_of(keys: tuple[tuple[str, str], ...]) -> Dialect:
    problems: list[Problem] = []
    for key, value in keys:
        if key not in Dialect.__struct_fields__:
            known = ", ".join(Dialect.__struct_fields__)
            problems.append(Problem(None, f"dialect.{key}", f"is no switch; there are {known}"))
            continue
        try:
            msgspec.convert({key: value}, Dialect, strict=False)
        except msgspec.ValidationError as error:
            reason = str(error).partition(" - at ")[0]
            problems.append(Problem(None, f"dialect.{key}", f"{value!r}: {reason}"))
    if problems:
        raise FileRefused(problems)
    return msgspec.convert(dict(keys), Dialect, strict=False)
