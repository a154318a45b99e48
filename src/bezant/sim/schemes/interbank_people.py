"""The accounts that always answer one way on the interbank networks, by ISO 20022's codes.

The numbers are those that Stripe's test mode answers for; what it has no number for is in the same
spirit. Every other account exists and takes the money.
"""

from collections.abc import Mapping, Sequence

from bezant.sim.scheme import Outcome

US: Mapping[str, tuple[Outcome, str]] = {
    "000111111116": ("rejected", "AC03"),
    "000111111113": ("rejected", "AC04"),
    "000222222227": ("rejected", "AM04"),
    "000333333335": ("rejected", "AG01"),
    "000444444440": ("rejected", "AM03"),
    "000555555559": ("pending", ""),
    "000666666661": ("returned", "AC06"),
    "000777777771": ("recall_refused", "NOAS"),
    "000888888883": ("rejected", "RR04"),
}
"""No account, closed, no funds, forbidden, wrong currency; waits; blocked after settlement; does
not give back; regulatory reason."""

GB: Mapping[str, tuple[Outcome, str]] = {
    "11111116": ("rejected", "AC03"),
    "11111113": ("rejected", "AC04"),
    "22222227": ("rejected", "AM04"),
    "33333335": ("rejected", "AG01"),
    "44444440": ("rejected", "AM03"),
    "55555559": ("pending", ""),
    "66666661": ("returned", "AC06"),
    "77777771": ("recall_refused", "NOAS"),
}
"""The same with the eight digits of a British account."""

_IBANS: Mapping[str, tuple[Outcome, str]] = {
    "DE62370400440532013001": ("rejected", "AC03"),
    "DE35370400440532013002": ("returned", "AC04"),
    "DE08370400440532013003": ("pending", ""),
}
CROSS_BORDER: Mapping[str, tuple[Outcome, str]] = {**US, **_IBANS}
"""The same numbers, and those IBANs that end in 001, 002 and 003."""

BY_CHANCE: Sequence[tuple[Outcome, str]] = (
    ("rejected", "AC03"),
    ("rejected", "AC03"),
    ("rejected", "AC04"),
    ("rejected", "AC06"),
    ("rejected", "AM09"),
    ("returned", "AC04"),
    ("pending", ""),
)
"""What chance decides, each as often as it stands here."""
