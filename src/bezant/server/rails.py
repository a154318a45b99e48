"""The rails: every one there is, by its name; a new rail is one line here."""

from bezant.rail import Rail
from bezant.rails.ach.rail import ACH
from bezant.rails.bacs import BACS
from bezant.rails.chaps import CHAPS
from bezant.rails.fednow import FEDNOW
from bezant.rails.fedwire import FEDWIRE
from bezant.rails.rtp import RTP
from bezant.rails.swift import SWIFT

ALL: tuple[Rail, ...] = (ACH, BACS, CHAPS, FEDNOW, FEDWIRE, RTP, SWIFT)

RAILS = {rail.capabilities.name: rail for rail in ALL}
