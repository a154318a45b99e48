"""Faster Payments, the instant payments of the United Kingdom, and confirmation of payee."""

from bezant.rails.fps.rail import FPS

__all__ = ["FPS"]
