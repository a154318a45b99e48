"""ACH from the bank's side: it reads a client's files and answers them as the network does."""

from bezant.sim.schemes.ach.scheme import AchScheme

__all__ = ["AchScheme"]
