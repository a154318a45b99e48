"""Interbank messages: what the rails that speak pacs, camt and pain.013 have in common.

A rail describes its network by a `Profile`; building and reading are the same for all of them.
"""

from bezant.interbank.always_open import AlwaysOpenRail
from bezant.interbank.names import compact, expand, is_name, is_uetr
from bezant.interbank.profile import Profile
from bezant.interbank.rail import InterbankRail

__all__ = [
    "AlwaysOpenRail",
    "InterbankRail",
    "Profile",
    "compact",
    "expand",
    "is_name",
    "is_uetr",
]
