"""FedNow, the Federal Reserve's instant payments, at every hour of every day."""

from bezant.rails.fednow.rail import FEDNOW

__all__ = ["FEDNOW"]
