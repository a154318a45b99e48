"""RTP, the instant payments of The Clearing House, at every hour of every day."""

from bezant.rails.rtp.rail import RTP

__all__ = ["RTP"]
