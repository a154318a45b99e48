"""Account debits: a platform charges the balance of one of its accounts.

The account sees a transfer to the platform, and the platform the payment that it makes. It is
taken back by reversing the transfer, as the account.
"""

from collections.abc import Sequence

from bezant.api.context import Context, created_of
from bezant.flows import account_debit as flow
from bezant.flows import conversion
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.ledger.entry import Entry
from bezant.resources.core.balance_transactions import record
from bezant.resources.core.bank_accounts import default_for
from bezant.resources.core.owners import Owner, acting_owner
from bezant.resources.payments.charge import Charge, receive
from bezant.resources.payments.destination import arrives
from bezant.resources.payments.transfer import Reversals, Transfer, Words

_EUROPE = frozenset(
    {
        "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI", "GR",
        "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO",
        "SE", "SI", "SK",
    }
)  # fmt: skip
"""The European Economic Area, with Gibraltar, Switzerland and the United Kingdom: one region."""


async def debit(ctx: Context, account: str, amount: Money, words: Words) -> Charge:
    """Charge an account's balance; returns the platform's payment, in what that is paid out in."""
    if ctx.caller.connected:
        raise InvalidRequest(
            "Only a platform can charge the balance of an account: leave the Stripe-Account header "
            "out.",
            param="source",
        )
    owner = await ctx.load(Owner, account, param="source", book=ctx.platform_book)
    await _check(ctx, owner, amount)
    book = book_of(account, ctx.livemode)
    name = ctx.new_id("tr", book)
    bank = await default_for(ctx, amount.currency, book)
    force = None if bank is None else "account_debit"
    here = await arrives(ctx, amount, ctx.book)
    entries: Sequence[Entry]
    if here.rate is None:
        entries = flow.taken(amount, source=book, destination=ctx.book, force=force)
    else:
        entries = conversion.account_debited(
            amount, here.worth, source=book, destination=ctx.book, force=force, house=ctx.house
        )
    for entry in entries:
        ctx.post(entry, source=name)
    payment = receive(ctx, amount, here, transfer=name, book=ctx.book)
    _transferred(ctx, name, amount, words, book, payment)
    return payment


async def _check(ctx: Context, owner: Owner, amount: Money) -> None:
    """Refuse to charge accounts that have no part in it by the rules of Stripe."""
    controller = owner.controller
    full = controller.get("stripe_dashboard", {}).get("type") == "full"
    if full or controller.get("losses", {}).get("payments") != "application":
        raise InvalidRequest(
            f"The balance of {owner.id} can't be charged: only those of Express and Custom "
            "accounts can, whose losses the platform bears.",
            param="source",
        )
    if amount.currency != owner.default_currency:
        raise InvalidRequest(
            f"The balance of {owner.id} can only be charged in its default currency, "
            f"{owner.default_currency}.",
            param="currency",
        )
    own = (await acting_owner(ctx)).country
    if owner.country != own and not {owner.country, own} <= _EUROPE:
        raise InvalidRequest(
            f"{owner.id} is in {owner.country} and the platform in {own}: only balances of "
            "accounts in the same region can be charged.",
            param="source",
        )


def _transferred(
    ctx: Context, name: str, amount: Money, words: Words, book: Book, payment: Charge
) -> None:
    """Store what the account sees of it."""
    transaction = record(
        ctx, "transfer", -amount, source=name, book=book, description=words.description
    )
    transfer = Transfer(
        id=name,
        amount=amount.amount,
        balance_transaction=transaction.id,
        created=created_of(name),
        currency=amount.currency,
        description=words.description,
        destination=ctx.account,
        destination_payment=payment.id,
        livemode=ctx.livemode,
        metadata=words.metadata,
        reversals=Reversals(url=f"/v1/transfers/{name}/reversals"),
        transfer_group=words.group,
    )
    ctx.create(transfer, event="transfer.created", book=book)
