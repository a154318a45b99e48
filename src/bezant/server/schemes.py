"""The other side of every rail, for the banks of the sandbox."""

from collections.abc import Mapping

from bezant.sim.scheme import Scheme
from bezant.sim.schemes.ach import AchScheme
from bezant.sim.schemes.acss.scheme import AcssScheme
from bezant.sim.schemes.bacs.scheme import BacsScheme
from bezant.sim.schemes.chaps import CHAPS
from bezant.sim.schemes.fednow import FEDNOW
from bezant.sim.schemes.fedwire import FEDWIRE
from bezant.sim.schemes.fps import FPS
from bezant.sim.schemes.pix import PixScheme
from bezant.sim.schemes.rtp import RTP
from bezant.sim.schemes.sepa import (
    SEPA_CREDIT,
    SEPA_DEBIT_B2B,
    SEPA_DEBIT_CORE,
    SEPA_INSTANT,
)
from bezant.sim.schemes.swift import SWIFT
from bezant.sim.schemes.upi import UpiScheme

SCHEMES: Mapping[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        AchScheme(),
        FEDNOW,
        RTP,
        FEDWIRE,
        SEPA_CREDIT,
        SEPA_INSTANT,
        SEPA_DEBIT_CORE,
        SEPA_DEBIT_B2B,
        AcssScheme(),
        BacsScheme(),
        FPS,
        CHAPS,
        SWIFT,
        PixScheme(),
        UpiScheme(),
    )
}
"""Schemes by the name of the rail; a new rail's other side is added here."""
