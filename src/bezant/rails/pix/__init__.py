"""Pix, the instant payments of Brazil: messages to the instant payment system, and BR Codes."""
