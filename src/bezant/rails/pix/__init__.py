"""Pix, the instant payments of Brazil: messages to the instant payment system, and BR Codes."""

from bezant.rails.pix.rail import PIX

__all__ = ["PIX"]
