"""Banks: every profile and every rail of a platform, found by name, currency and mode."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bezant.kernel.errors import ConfigError
from bezant.movement.profile import BankProfile, BankRail
from bezant.rail import Rail

Rails = Mapping[str, Rail]
"""Rails by their names."""


class Lane(NamedTuple):
    """One rail at one bank: what files and messages are made for."""

    bank: BankProfile
    access: BankRail
    rail: Rail

    @property
    def name(self) -> str:
        """What logs and columns call it."""
        return lane_name(self.bank.name, self.rail.capabilities.name)


class Banks:
    """The bank profiles, each with rails that exist; never changed after the start."""

    def __init__(self, profiles: Sequence[BankProfile], rails: Rails) -> None:
        """Check that names are unique and rails known; ConfigError says which is not."""
        self.rails = rails
        self._profiles: dict[str, BankProfile] = {}
        for profile in profiles:
            _check(profile, rails)
            if profile.name in self._profiles:
                raise ConfigError(f"Two bank profiles are named {profile.name}: rename one.")
            self._profiles[profile.name] = profile

    def __iter__(self) -> Iterator[BankProfile]:
        """Yield every profile."""
        return iter(self._profiles.values())

    def named(self, name: str) -> BankProfile:
        """Return a profile; raises ConfigError for one that movements still need and nobody has."""
        if name not in self._profiles:
            raise ConfigError(f"No bank profile is named {name}, but movements go through it.")
        return self._profiles[name]

    def find(self, bank: str, rail: str) -> Lane | None:
        """Return a rail at a bank, or None when there is no such bank or rail."""
        profile = self._profiles.get(bank)
        if profile is None or rail not in profile.rails:
            return None
        return Lane(profile, profile.rails[rail], self.rails[rail])

    def lane(self, bank: str, rail: str) -> Lane:
        """Return a rail at a bank; raises ConfigError when there is none of that name."""
        lane = self.find(bank, rail)
        if lane is None:
            raise ConfigError(f"The bank {bank} has no rail {rail}, but movements go through it.")
        return lane

    def lanes(self, *, livemode: bool | None = None, currency: str | None = None) -> Iterator[Lane]:
        """Yield every rail at every bank, of one mode or one currency if they are given."""
        for profile in self:
            if livemode not in (None, profile.livemode) or currency not in (None, profile.currency):
                continue
            for name, access in profile.rails.items():
                yield Lane(profile, access, self.rails[name])

    def receiving(self, currency: str, *, livemode: bool) -> BankProfile | None:
        """Return the first profile that holds a currency in a mode: where payers send money."""
        return next(
            (one for one in self if (one.currency, one.livemode) == (currency, livemode)), None
        )


def lane_name(bank: str, rail: str) -> str:
    """Return the name of a rail at a bank."""
    return f"{bank}/{rail}"


def _check(profile: BankProfile, rails: Rails) -> None:
    for name, access in profile.rails.items():
        where = f"The bank profile {profile.name}"
        if name not in rails:
            raise ConfigError(f"{where} names the rail {name}; known are {', '.join(rails)}.")
        can = rails[name].capabilities
        if profile.currency not in can.currencies:
            raise ConfigError(f"{where} is in {profile.currency}, which {can.title} can't carry.")
        for kind, asked, offered in (
            ("service", access.services, can.services),
            ("service", tuple(access.prices), can.services),
            ("service", tuple(access.cut_offs), can.services),
            ("direction", access.directions, can.directions),
        ):
            for one in asked:
                if one not in offered:
                    known = ", ".join(offered)
                    raise ConfigError(f"{where}: {name} has no {kind} {one}; it has {known}.")
