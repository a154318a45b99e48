"""The other side of every rail, for the banks of the sandbox."""

from collections.abc import Mapping

from bezant.sim.scheme import Scheme
from bezant.sim.schemes.ach import AchScheme

SCHEMES: Mapping[str, Scheme] = {scheme.name: scheme for scheme in (AchScheme(),)}
"""Schemes by the name of the rail; a new rail's other side is added here."""
