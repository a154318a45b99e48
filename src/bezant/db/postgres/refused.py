"""The one error of the supervising process."""


class Refused(Exception):
    """Why there is no server, in words for a person."""
