"""Capabilities: what an account may do, asked for by name.

They are a view of the account, which is the one place where they are stored.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from bezant.api.context import Context
from bezant.api.pages import Page
from bezant.api.params import Params
from bezant.api.resource import Expands, Identified
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.resources.connect.account import Account, account_of, own_book, save
from bezant.resources.connect.account_shapes import Requirements
from bezant.store.objects import Row

_METHODS = (
    "acss_debit affirm afterpay_clearpay alma amazon_pay au_becs_debit bacs_debit bancontact "
    "bank_transfer billie bizum blik blik_recurring boleto card cartes_bancaires cashapp crypto "
    "eps fpx gb_bank_transfer giropay grabpay ideal india_international jcb jp_bank_transfer "
    "kakao_pay klarna konbini kr_card legacy link mb_way mobilepay multibanco mx_bank_transfer "
    "naver_pay nz_bank_account_becs_debit oxxo p24 pay_by_bank payco paynow paypay payto pix "
    "promptpay revolut_pay samsung_pay satispay scalapay sepa_bank_transfer sepa_debit sequra "
    "sofort sunbit swish twint upi us_bank_account_ach us_bank_transfer wero zip"
)
NAMES = frozenset(
    {
        *(f"{method}_payments" for method in _METHODS.split()),
        *("app_distribution", "card_issuing", "transfers", "treasury"),
        *("tax_reporting_us_1099_k", "tax_reporting_us_1099_misc"),
    }
)
"""Every capability that can be asked for."""

_REASONS = {"inactive": "rejected.other", "pending": "pending.review"}
"""Why a capability of a status cannot be used."""


class CapabilityParams(Params):
    """Whether a capability is asked for."""

    requested: bool | None = None


class Capability(Identified, tag="capability"):
    """Something that an account may do, if it has asked for it; times are Unix seconds."""

    expands: ClassVar[Expands] = {"account": ("account",)}

    account: str
    future_requirements: Requirements = Requirements()
    requested: bool
    requested_at: int | None
    requirements: Requirements = Requirements()
    status: str


routes = Routes(Capability, "/v1/accounts/{account}/capabilities", listed=False, retrieved=False)


@routes.get("/v1/accounts/{account}/capabilities", listing=True)
async def list_all(ctx: Context, account: str) -> Page:
    """List what an account has ever asked for, by name."""
    owner = await account_of(ctx, account)
    names = sorted({*owner.capabilities, *_requested(ctx, owner)})
    return Page([ctx.encoded(view(ctx, owner, name)) for name in names])


@routes.get("/v1/accounts/{account}/capabilities/{id}")
async def retrieve(ctx: Context, account: str, id: str) -> Capability:
    """Retrieve a capability by its name."""
    owner = await account_of(ctx, account)
    if id not in NAMES:
        raise NotFound(f"No such capability: '{id[:64]}'", param="capability")
    return view(ctx, owner, id)


@routes.post("/v1/accounts/{account}/capabilities/{id}")
async def update(ctx: Context, account: str, id: str, params: CapabilityParams) -> Capability:
    """Ask for a capability, or no longer."""
    before = await retrieve(ctx, account, id)
    owner = await account_of(ctx, account)
    if params.requested in (None, before.requested):
        return before
    now = save(ctx, owner, capabilities=request(ctx, owner, {id: params}))
    announce(ctx, now, [before])
    return view(ctx, now, id)


def view(ctx: Context, account: Account, name: str) -> Capability:
    """Return a capability of an account as it is now."""
    status = account.capabilities.get(name)
    return Capability(
        id=name,
        account=account.id,
        requested=status is not None,
        requested_at=_requested(ctx, account).get(name) if status else None,
        requirements=Requirements(disabled_reason=_REASONS.get(status or "")),
        status=status or "unrequested",
    )


def request(
    ctx: Context, account: Account, asked: Mapping[str, CapabilityParams]
) -> dict[str, str]:
    """Return the account's capabilities once some are asked for, or no longer.

    In test mode they are active at once; the moment is noted beside the account.
    Raises InvalidRequest for a name that is no capability.
    """
    capabilities = dict(account.capabilities)
    moments = _requested(ctx, account)
    for name, params in asked.items():
        if name not in NAMES:
            raise InvalidRequest(
                f"Received unknown parameter: capabilities[{name[:64]}]",
                code="parameter_unknown",
                param=f"capabilities[{name[:64]}]",
            )
        if params.requested and name not in capabilities:
            capabilities[name] = "inactive" if account.rejected else first_status(ctx)
            moments[name] = unix_seconds(ctx.now())
        elif params.requested is False:
            capabilities.pop(name, None)
            moments.setdefault(name, unix_seconds(ctx.now()))
    ctx.hidden(account)["requested"] = moments
    return capabilities


def announce(ctx: Context, account: Account, before: Iterable[Capability]) -> None:
    """Tell an account which of its capabilities are not what they were before."""
    book = own_book(ctx, account)
    for was in before:
        now = view(ctx, account, was.id)
        if now.status != was.status:
            body = encode_json(was).decode()
            ctx.adopt(was, Row(was.kind(), was.id, 0, body, None, deleted=False), book)
            ctx.emit("capability.updated", now, book=book)


def first_status(ctx: Context) -> str:
    """Return what a capability is once it is asked for: nobody looks at it in test mode."""
    return "pending" if ctx.livemode else "active"


def _requested(ctx: Context, account: Account) -> dict[str, int]:
    return dict(ctx.hidden(account).get("requested", {}))
