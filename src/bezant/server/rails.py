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
)

RAILS = {rail.capabilities.name: rail for rail in ALL}
