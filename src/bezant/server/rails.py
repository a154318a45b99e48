"""The rails: every one there is, by its name; a new rail is one line here."""

from bezant.rail import Rail
from bezant.rails.ach.rail import ACH

ALL: tuple[Rail, ...] = (ACH,)

RAILS = {rail.capabilities.name: rail for rail in ALL}
