"""Fee plans: what payments cost an account, as data, and how a fee is made up.

The first rule that fits a payment says what it costs: the least of its formulas. All parts are
reckoned exactly and rounded once, to the nearest minor unit and half to even; the parts that are
shown add up to the fee.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct

from bezant.kernel.currency import lookup
from bezant.kernel.errors import UnknownCurrency
from bezant.kernel.money import Money

_PROCESSING = "Processing fees"
_ALL, _LETTERS = 100, 2
_SIX_DIGITS = Context(prec=6, rounding=ROUND_HALF_EVEN)


class Formula(Struct, frozen=True, forbid_unknown_fields=True):
    """A share of the amount, in percent, and a fixed sum in minor units by currency."""

    percent: Decimal = Decimal(0)
    fixed: Mapping[str, int] = {}

    def __post_init__(self) -> None:
        """Refuse with a ValueError what no payment can cost."""
        _check_percents(self.percent)
        _check_sums(self.fixed)

    def of(self, amount: Money) -> Fraction:
        """Return what it comes to in minor units, exactly."""
        share = _percent(amount, self.percent)
        return share + self.fixed.get(amount.currency, self.fixed.get("*", 0))


class Cost(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The least that some formulas come to, within bounds in minor units by currency."""

    least_of: tuple[Formula, ...]
    least: Mapping[str, int] = {}
    most: Mapping[str, int] = {}

    def __post_init__(self) -> None:
        """Refuse with a ValueError what has no formula, and bounds that are none."""
        if not self.least_of:
            raise ValueError("least_of has at least one formula")
        _check_sums(self.least, self.most)

    def of(self, amount: Money) -> Fraction:
        """Return what it is for an amount: no more than `most`, else no less than `least`."""
        found = min(formula.of(amount) for formula in self.least_of)
        least = self.least.get(amount.currency)
        most = self.most.get(amount.currency)
        found = found if least is None else max(found, Fraction(least))
        return found if most is None else min(found, Fraction(most))


class PayoutRule(Cost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What payouts to some bank accounts cost; what is empty fits all."""

    countries: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse with a ValueError what no bank account can be."""
        super().__post_init__()
        _check_places(self.countries, self.currencies)

    def fits(self, country: str, currency: str) -> bool:
        """Tell whether it is about bank accounts in a country that hold a currency."""
        asked = ((self.countries, country), (self.currencies, currency))
        return all(not wanted or value in wanted for wanted, value in asked)


class Rule(Cost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What payments of some kinds cost; what is empty fits all.

    `countries` are those of the card or the bank.
    """

    methods: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse with a ValueError what no payment can be."""
        super().__post_init__()
        _check_places(self.countries, self.currencies)

    def fits(self, sale: "Sale") -> bool:
        """Tell whether a payment is of these kinds."""
        asked = (
            (self.methods, sale.method),
            (self.brands, sale.brand),
            (self.countries, sale.country),
            (self.currencies, sale.amount.currency),
        )
        return all(not wanted or value in wanted for wanted, value in asked)


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of an account; percentages beyond them are of the amount, the tax is of the fee.

    `spread_percent` is how much less than the market's rate its money in other currencies brings.
    `dispute_fee` is what a dispute costs, in minor units by currency, and whether it goes back with
    one that is won.

    Of instant payouts: `instant_daily_limit` is how much may go in a day (UTC), `instant_advances`
    how much at a time of card payments that are still pending. A platform's plan says for all of
    its accounts together how much may go in a day (`instant_daily_limit_together`), and what the
    platform takes of each of theirs (`instant_application_fee`, the first rule that fits).
    """

    rules: tuple[Rule, ...]
    abroad_percent: Decimal = Decimal(0)
    conversion_percent: Decimal = Decimal(0)
    spread_percent: Decimal = Decimal(0)
    tax_percent: Decimal = Decimal(0)
    tax_name: str = "Tax"
    returned_with_refunds: bool = False
    dispute_fee: Mapping[str, int] = {}
    dispute_fee_returned: bool = False
    instant_advances: Mapping[str, int] = {}
    instant_application_fee: tuple[PayoutRule, ...] = ()
    instant_daily_limit: Mapping[str, int] = {}
    instant_daily_limit_together: Mapping[str, int] = {}

    def __post_init__(self) -> None:
        """Refuse with a ValueError what nobody can keep to."""
        _check_percents(self.abroad_percent, self.conversion_percent, self.tax_percent)
        _check_percents(self.spread_percent, below=True)
        _check_sums(self.dispute_fee, self.instant_advances)
        _check_sums(self.instant_daily_limit, self.instant_daily_limit_together)

    def advances(self, currency: str) -> int:
        """Return how much may be outstanding of what was paid out ahead, in minor units."""
        return self.instant_advances.get(currency, self.instant_advances.get("*", 0))


class Sale(Struct, frozen=True, kw_only=True):
    """A payment as its cost depends on it; `home` is the account's country."""

    amount: Money
    method: str
    brand: str = ""
    country: str = ""
    home: str = ""
    converted: bool = False

    @property
    def abroad(self) -> bool:
        """Whether a card is from another country than the account."""
        return (
            self.method == "card"
            and "" not in (self.country, self.home)
            and (self.country != self.home)
        )


class FeePart(Struct, frozen=True):
    """A part of a fee in minor units: a `stripe_fee`, or a `tax` on it."""

    amount: int
    type: str
    description: str


class Plans(Struct, frozen=True, forbid_unknown_fields=True):
    """All plans, by name; `accounts` names those of accounts, the others have `standard`."""

    plans: Mapping[str, Plan]
    accounts: Mapping[str, str] = {}

    def of(self, account: str) -> Plan:
        """Return the plan of an account."""
        return self.plans[self.accounts.get(account, "standard")]


def parts_of(plan: Plan, sale: Sale) -> Sequence[FeePart]:
    """Return what a payment costs, part by part; never more than the payment."""
    rule = next((rule for rule in plan.rules if rule.fits(sale)), None)
    shares = [(_PROCESSING, rule.of(sale.amount) if rule else Fraction(0))]
    if sale.abroad:
        shares.append(("International card", _percent(sale.amount, plan.abroad_percent)))
    if sale.converted:
        shares.append(("Currency conversion", _percent(sale.amount, plan.conversion_percent)))
    exact = sum((share for _, share in shares), Fraction(0))
    before_tax = min(round(exact), sale.amount.amount)
    parts = _split(before_tax, shares)
    tax = round(before_tax * _hundredth(plan.tax_percent))
    tax = min(tax, sale.amount.amount - before_tax)
    if tax:
        parts.append(FeePart(tax, "tax", plan.tax_name))
    return parts


def rate_of(plan: Plan, market: Decimal) -> Decimal:
    """Return at what rate an account's money is converted, to six digits like the market's."""
    return _SIX_DIGITS.multiply(market, 1 - plan.spread_percent / 100)


def dispute_parts(plan: Plan, currency: str) -> Sequence[FeePart]:
    """Return what a dispute costs in a currency, part by part."""
    fee = plan.dispute_fee.get(currency, plan.dispute_fee.get("*", 0))
    tax = round(fee * _hundredth(plan.tax_percent))
    parts = (FeePart(fee, "stripe_fee", "Dispute fee"), FeePart(tax, "tax", plan.tax_name))
    return [part for part in parts if part.amount]


def application_fee_of(plan: Plan, amount: Money, country: str) -> int:
    """Return what a platform takes of an instant payout to a country, in minor units."""
    fits = (rule for rule in plan.instant_application_fee if rule.fits(country, amount.currency))
    rule = next(fits, None)
    return 0 if rule is None else min(round(rule.of(amount)), amount.amount)


def _check_percents(*percents: Decimal, below: bool = False) -> None:
    for percent in percents:
        if not (percent.is_finite() and 0 <= percent <= _ALL) or (below and percent == _ALL):
            raise ValueError(f"a percentage is from 0 to 100, not {percent}")


def _check_sums(*sums: Mapping[str, int]) -> None:
    for currency, amount in (item for each in sums for item in each.items()):
        if currency != "*":
            _check_currency(currency)
        if amount < 0:
            raise ValueError(f"a sum is not less than nothing: {amount} {currency}")


def _check_places(countries: frozenset[str], currencies: frozenset[str]) -> None:
    for country in countries:
        if not (len(country) == _LETTERS and country.isascii() and country.isupper()):
            raise ValueError(f"a country has two capitals, not {country!r}")
    for currency in currencies:
        _check_currency(currency)


def _check_currency(code: str) -> None:
    if not code.islower():
        raise ValueError(f"a currency is written in small letters, not {code!r}")
    try:
        lookup(code)
    except UnknownCurrency as unknown:
        raise ValueError(str(unknown)) from None


def _percent(amount: Money, percent: Decimal) -> Fraction:
    return amount.amount * _hundredth(percent)


@lru_cache(maxsize=256)
def _hundredth(percent: Decimal) -> Fraction:
    return Fraction(percent) / 100


def _split(total: int, shares: Sequence[tuple[str, Fraction]]) -> list[FeePart]:
    """Share a rounded sum out by the exact parts of it, by largest remainder."""
    common = 1
    for _, share in shares:
        common *= share.denominator
    weights = [int(share * common) for _, share in shares]
    if not total or not any(weights):
        return []
    amounts = Money(total, "usd").split(weights)
    return [
        FeePart(amount.amount, "stripe_fee", name)
        for (name, _), amount in zip(shares, amounts, strict=True)
        if amount
    ]
