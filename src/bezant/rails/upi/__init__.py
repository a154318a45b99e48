"""UPI, the instant payments of India: pushes, collect requests, links and QR codes."""

from bezant.rails.upi.rail import UPI

__all__ = ["UPI"]
