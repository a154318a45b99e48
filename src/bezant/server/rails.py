"""The rails: every one there is, by its name; a new rail is one line here."""

from bezant.rail import Rail
from bezant.rails.ach.rail import ACH
from bezant.rails.bacs import BACS
from bezant.rails.book import BOOK
from bezant.rails.chaps import CHAPS
from bezant.rails.fednow import FEDNOW
from bezant.rails.fedwire import FEDWIRE
from bezant.rails.fps import FPS
from bezant.rails.pix import PIX
from bezant.rails.rtp import RTP
from bezant.rails.sepa import SEPA_CREDIT, SEPA_DEBIT_B2B, SEPA_DEBIT_CORE, SEPA_INSTANT
from bezant.rails.swift import SWIFT
from bezant.rails.upi import UPI

ALL: tuple[Rail, ...] = (
    ACH,
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
