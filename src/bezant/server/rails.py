"""The rails: every one there is, by its name; a new rail is one line here."""

from collections.abc import Mapping
from pathlib import Path

from bezant.kernel.errors import ConfigError, FileRefused
from bezant.rail import Rail
from bezant.rail.modulus import parse
from bezant.rails.ach.rail import ACH
from bezant.rails.acss import ACSS
from bezant.rails.bacs import BACS
from bezant.rails.bacs.rail import Bacs
from bezant.rails.book import BOOK
from bezant.rails.chaps import CHAPS
from bezant.rails.fednow import FEDNOW
from bezant.rails.fedwire import FEDWIRE
from bezant.rails.fps import FPS
from bezant.rails.fps.rail import Fps
from bezant.rails.pix import PIX
from bezant.rails.rtp import RTP
from bezant.rails.sepa import SEPA_CREDIT, SEPA_DEBIT_B2B, SEPA_DEBIT_CORE, SEPA_INSTANT
from bezant.rails.swift import SWIFT
from bezant.rails.upi import UPI

ALL: tuple[Rail, ...] = (
    ACH,
    ACSS,
    BACS,
    BOOK,
    CHAPS,
    FEDNOW,
    FEDWIRE,
    FPS,
    PIX,
    RTP,
    SWIFT,
    UPI,
    SEPA_CREDIT,
    SEPA_INSTANT,
    SEPA_DEBIT_CORE,
    SEPA_DEBIT_B2B,
)

RAILS = {rail.capabilities.name: rail for rail in ALL}


def rails_with(modulus_table: Path | None) -> Mapping[str, Rail]:
    """Return the rails, the British ones with a table of sort codes if there is a file of it.

    Raises ConfigError for a file that is not there or is no such table.
    """
    if modulus_table is None:
        return RAILS
    try:
        table = parse(modulus_table.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"BEZANT_MODULUS_TABLE: {modulus_table} cannot be read: {error}"
        ) from error
    except FileRefused as refusal:
        first = refusal.problems[0]
        raise ConfigError(f"BEZANT_MODULUS_TABLE: {modulus_table}: {first}") from refusal
    return {**RAILS, "bacs": Bacs(table), "fps": Fps(table)}
