"""The rails: every one there is, by its name; a new rail is one line here."""

from bezant.rail import Rail
from bezant.rails.ach.rail import ACH
from bezant.rails.bacs import BACS

ALL: tuple[Rail, ...] = (ACH, BACS)

RAILS = {rail.capabilities.name: rail for rail in ALL}
