"""Reviews: have persons and companies verified, and look at accounts when something is due."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from msgspec import Struct, to_builtins

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.codec import decode_json
from bezant.kernel.log import get_logger
from bezant.ledger.book import book_of
from bezant.resources.connect import facts
from bezant.resources.connect.account import Account, external_accounts, own_book
from bezant.resources.connect.person import Person
from bezant.resources.connect.standing import VERIFY, assessed, due_for_review, keep, save, shown
from bezant.resources.connect.verification import Claims, Verifier, verifier_of
from bezant.resources.core.bank_accounts import BankAccount
from bezant.resources.core.owners import shelf
from bezant.store.jobs import JobRow

ASK_AGAIN = timedelta(hours=1)
"""How long a submission waits, where nobody verifies, before somebody is looked for again."""

log = get_logger(__name__)


class _Submitted(Struct):
    platform: str
    account: str
    subject: str
    of: str
    livemode: bool


class _Due(Struct):
    platform: str
    account: str
    livemode: bool


class _BankFailed(Struct):
    platform: str
    account: str
    livemode: bool
    bank_account: str


class AccountReviewer:
    """Does the jobs of accounts; each may run twice and has one effect."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime."""
        self._runtime = runtime

    async def verify(self, job: JobRow) -> None:
        """Have somebody verified, unless something else is said of them by now.

        Raises whatever the verifier raises, so that it is tried again.
        """
        asked = decode_json(job.payload, _Submitted)
        await self._until_written(lambda: self._verified(asked))

    async def review(self, job: JobRow) -> None:
        """Assess an account when something of it is due."""
        asked = decode_json(job.payload, _Due)
        await self._until_written(lambda: self._reviewed(asked))

    async def show_banks(self, job: JobRow) -> None:
        """Let an account show its bank accounts as they are."""
        asked = decode_json(job.payload, _Due)
        await self._until_written(lambda: self._show_banks(asked))

    async def _show_banks(self, asked: _Due) -> Context:
        ctx = Context(self._runtime, Caller(asked.platform, asked.account, asked.livemode))
        account = await ctx.find(Account, asked.account, book=shelf(ctx, asked.account))
        if account is not None:
            shown_now = await external_accounts(ctx, account, [])
            if shown_now != account.external_accounts:
                save(ctx, account, external_accounts=shown_now)
        return ctx

    async def bank_failed(self, job: JobRow) -> None:
        """Note with a bank account that a payout to it has failed; no schedule pays to it then."""
        asked = decode_json(job.payload, _BankFailed)
        await self._until_written(lambda: self._bank_failed(asked))

    async def _bank_failed(self, asked: _BankFailed) -> Context:
        caller = Caller(asked.platform, asked.account, asked.livemode)
        ctx = Context(self._runtime, caller)
        bank_account = await ctx.find(BankAccount, asked.bank_account)
        account = await ctx.find(Account, asked.account, book=shelf(ctx, asked.account))
        if bank_account is None or account is None or bank_account.status == "errored":
            return ctx
        event = "account.external_account.updated"
        changed = ctx.save(bank_account, status="errored", event=event)
        save(ctx, account, external_accounts=await external_accounts(ctx, account, [changed]))
        return ctx

    async def _until_written(self, work: Callable[[], Awaitable[Context]]) -> None:
        """Do work again for as long as what it read changes meanwhile."""
        while True:
            ctx = await work()
            try:
                await ctx.write()
            except Stale:
                continue
            return

    async def _reviewed(self, asked: _Due) -> Context:
        ctx, account = await self._account(asked.platform, asked.account, livemode=asked.livemode)
        if account is None or not due_for_review(ctx, account):
            return ctx
        if assessed(ctx, account) == account:
            keep(ctx, account)
        else:
            save(ctx, account)
        return ctx

    async def _verified(self, asked: _Submitted) -> Context:
        verifier = verifier_of(self._runtime, livemode=asked.livemode)
        ctx, account = await self._account(asked.platform, asked.account, livemode=asked.livemode)
        if account is None:
            return ctx
        told = facts.noted(ctx.hidden(account)).get(asked.subject)
        if told is None or told.check is None or told.check.status != "pending":
            return ctx
        if told.digest != asked.of or told.check.of != asked.of:
            return ctx
        if verifier is None:
            log.warning("nobody_verifies", account=account.id, livemode=asked.livemode)
            ctx.enqueue(VERIFY, to_builtins(asked), at=ctx.now() + ASK_AGAIN)
            return ctx
        if asked.subject == facts.COMPANY:
            numbers = ctx.hidden(account).get(facts.COMPANY, {})
            claims = facts.company_claims(account.company, numbers)
            answer = await verifier.verify(facts.COMPANY, claims)
            facts.note(ctx.hidden(account), facts.COMPANY, facts.judged(ctx, told, [*answer]))
            save(ctx, account)
        else:
            await self._person(ctx, account, told, asked.subject, verifier)
        return ctx

    async def _account(
        self, platform: str, account: str, *, livemode: bool
    ) -> tuple[Context, Account | None]:
        ctx = Context(self._runtime, Caller(platform, platform, livemode))
        return ctx, await ctx.find(Account, account, book=book_of(platform, livemode))

    async def _person(
        self, ctx: Context, account: Account, told: facts.Noted, name: str, verifier: Verifier
    ) -> None:
        book = own_book(ctx, account)
        person = await ctx.load(Person, name, book=book)
        claims: Claims = facts.person_claims(ctx, person)
        answer = await verifier.verify("person", claims)
        ctx.seen(shown(ctx, account, person))
        facts.note(ctx.hidden(account), name, facts.judged(ctx, told, [*answer]))
        account = save(ctx, account)
        ctx.emit("person.updated", shown(ctx, account, person), book=book)
