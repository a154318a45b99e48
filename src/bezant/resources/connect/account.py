"""The account object: a business on the platform, and the platform itself."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.resource import Expands
from bezant.kernel.errors import Forbidden
from bezant.ledger.book import Book, book_of
from bezant.resources.connect import account_shapes as shapes
from bezant.resources.connect.account_shapes import AccountType, Requirements
from bezant.resources.core.bank_accounts import BankAccount
from bezant.resources.core.owners import DEFAULT_CURRENCY, Owner, shelf
from bezant.store.objects import Page

SHOWN = 10
"""How many external accounts an account shows; their list has all."""

_DOCUMENTS = (
    "company.verification.document",
    "individual.verification.additional_document",
    "individual.verification.document",
)
_FILES = (
    *(f"{document}.{side}" for document in _DOCUMENTS for side in ("back", "front")),
    *("settings.branding.icon", "settings.branding.logo"),
)


class ExternalAccounts(Struct, kw_only=True):
    """The latest bank accounts of an account."""

    object: Literal["list"] = "list"
    data: list[BankAccount] = field(default_factory=list[BankAccount])
    has_more: bool = False
    url: str


class Account(Owner, tag="account"):
    """A business that holds money on the platform; times are Unix seconds."""

    expands: ClassVar[Expands] = {
        "external_accounts.data.account": ("account",),
        "external_accounts.data.customer": ("customer",),
        **dict.fromkeys(_FILES, ("file",)),
    }

    business_profile: dict[str, Any] = field(default_factory=dict[str, Any])
    business_type: str | None = None
    charges_enabled: bool = False
    company: dict[str, Any]
    country: str = "US"
    created: int
    details_submitted: bool = False
    email: str | None = None
    external_accounts: ExternalAccounts
    future_requirements: Requirements = Requirements()
    groups: Mapping[str, None]
    individual: dict[str, Any] | UnsetType = UNSET
    metadata: dict[str, str]
    payouts_enabled: bool = False
    requirements: Requirements = Requirements()
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    tos_acceptance: dict[str, Any]
    type: AccountType

    @property
    def rejected(self) -> bool:
        """Whether the platform has rejected it."""
        return (self.requirements.disabled_reason or "").startswith("rejected.")


def blank(
    name: str, account_type: AccountType, controller: dict[str, Any], interval: str = "manual"
) -> Account:
    """Return an account of which nothing is known but who is responsible for what.

    `interval` is how often it is paid out until its settings say otherwise. An account that
    answers for its own requirements makes good at its bank what it comes to owe.
    """
    shown = shapes.SETTINGS["payouts"]
    payouts = shown | {
        "debit_negative_balances": controller.get("requirement_collection") == "stripe",
        "schedule": shown["schedule"] | {"interval": interval},
    }
    return Account(
        id=name,
        business_profile=shapes.BUSINESS_PROFILE,
        company=shapes.COMPANY,
        controller=controller,
        created=created_of(name),
        default_currency=DEFAULT_CURRENCY,
        external_accounts=ExternalAccounts(url=f"/v1/accounts/{name}/external_accounts"),
        groups={"payments_pricing": None},
        metadata={},
        settings=shapes.SETTINGS | {"payouts": payouts},
        tos_acceptance=shapes.TOS_ACCEPTANCE,
        type=account_type,
    )


def platform_account(name: str) -> Account:
    """Return the platform's own account, which answers to nobody but the operator."""
    return replace(
        blank(name, "standard", {"type": "account"}),
        capabilities={"card_payments": "active", "transfers": "active"},
        charges_enabled=True,
        details_submitted=True,
        requirements=Requirements(
            currently_due=("external_account",), eventually_due=("external_account",)
        ),
    )


async def account_of(ctx: Context, name: str) -> Account:
    """Return an account that the caller may see: its own, or one of its platform's.

    Forbidden, as for an account that somebody else has, when there is none.
    """
    own = name == ctx.account
    if own or not ctx.caller.connected:
        found = await ctx.find(Account, name, book=shelf(ctx, name))
        if found is not None:
            return found
        if name == ctx.caller.platform:
            return ctx.create(platform_account(name), book=ctx.house)
    raise Forbidden(
        f"This key does not have access to account '{name[:64]}' (or that account does not "
        "exist). Application access may have been revoked.",
        code="account_invalid",
    )


def own_book(ctx: Context, account: Account) -> Book:
    """Return the book of the account's own objects and money."""
    return book_of(account.id, ctx.livemode)


async def external_accounts(
    ctx: Context, account: Account, put: Sequence[BankAccount], gone: str | None = None
) -> ExternalAccounts:
    """Return what the account shows of its bank accounts once some were put and one is gone."""
    ask = Page(limit=SHOWN + 1)
    bodies, _ = await ctx.page(BankAccount, ask, book=own_book(ctx, account))
    known = [msgspec.json.decode(body, type=BankAccount) for body in bodies]
    by_id = {each.id: each for each in (*known, *put) if each.id != gone}
    newest = [by_id[name] for name in sorted(by_id, reverse=True)]
    return ExternalAccounts(
        data=newest[:SHOWN], has_more=len(newest) > SHOWN, url=account.external_accounts.url
    )
