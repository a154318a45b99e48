"""`/setup/…`: the hosted page on which an account says what is required of it.

A link opens the page once; a cookie and a token in the form prove from then on who opened it.
"""

import re
from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Any, NamedTuple

import falcon
import falcon.asgi

from bezant.api import forms
from bezant.api.context import Caller, Context, Stale
from bezant.api.decoders import decoder
from bezant.api.multipart import Upload
from bezant.api.runtime import Runtime
from bezant.api.web_page import guard, say
from bezant.db.errors import Error
from bezant.kernel.codec import decode_json, from_base62, unix_seconds
from bezant.kernel.errors import ApiError, InvalidRequest
from bezant.kernel.ids import WIDTH
from bezant.kernel.log import get_logger
from bezant.resources.connect import accounts, onboarding_html, persons
from bezant.resources.connect.account import Account, own_book
from bezant.resources.connect.account_events import tell_returned
from bezant.resources.connect.account_params import UpdateAccount
from bezant.resources.connect.onboarding_fields import Section, corrections, documents, sections
from bezant.resources.connect.onboarding_link import PREFIX, SESSION_SECONDS, OnboardingLink
from bezant.resources.connect.onboarding_papers import read_form, take_paper
from bezant.resources.connect.person import Person
from bezant.resources.connect.person_params import PersonParams
from bezant.resources.connect.requirements import PARTS
from bezant.resources.connect.v2_capabilities import applied
from bezant.resources.core.return_url import origin_of
from bezant.store.feed import BOOK_DIGITS

_PLACE = re.compile(rf"([0-9A-Za-z]{{{BOOK_DIGITS}}})([0-9A-Za-z]{{{WIDTH}}})", re.ASCII)
_LAST_BOOK = (1 << 63) - 1
_COOKIE = "bezant_setup"
_ACCOUNT = frozenset({"business_type", "business_profile", "company", "individual",
                      "external_account"})  # fmt: skip
_update = decoder(UpdateAccount)
_person = decoder(PersonParams)

_EMPTY = "This is still needed."

log = get_logger(__name__)


class _Opened(NamedTuple):
    """A link that was found, with a context that acts for its platform."""

    ctx: Context
    link: OnboardingLink

    @property
    def hidden(self) -> dict[str, Any]:
        """What proves who may use it."""
        return self.ctx.hidden(self.link)


class OnboardingPage:
    """Opens links, shows what is due, and takes what is said."""

    def __init__(self, runtime: Runtime) -> None:
        """Serve over the runtime."""
        self._runtime = runtime

    async def on_get(
        self,
        request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        place: str,
        secret: str | None = None,
    ) -> None:
        """Open a link, or show the form to whoever opened it."""
        guard(response)
        found = await self._find(response, place)
        if found is None:
            return
        if secret is not None:
            await self._open(response, found, place, secret)
        elif self._known(request, found):
            account = await self._account(found)
            await self._show(response, found, account, {}, {})
        else:
            _over(response, found.link)

    async def on_post(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, place: str
    ) -> None:
        """Take a form, and show what is left or lead back to the platform."""
        guard(response)
        found = await self._find(response, place)
        if found is None:
            return
        if not self._known(request, found):
            _over(response, found.link)
            return
        try:
            typed, files = await read_form(request)
        except InvalidRequest as problem:
            account = await self._account(found)
            await self._show(response, found, account, {}, {"": problem.message})
            return
        token: str = found.hidden["form"]
        if not compare_digest(typed.pop("token", "").encode(), token.encode()):
            _over(response, found.link)
            return
        asked = _inputs(await self._sections(found, await self._account(found)))
        typed = {name: value for name, value in typed.items() if name in asked}
        wrong = await self._take(found, typed, request.remote_addr)
        wrong |= await self._take_papers(found, files)
        account = await self._account(found)
        for name, optional in _inputs(await self._sections(found, account)).items():
            empty = not (optional or typed.get(name, "").strip() or name in files)
            if empty and name in asked:
                wrong.setdefault(name, _EMPTY)
        await self._show(response, found, account, _unsaved(typed, wrong), wrong)

    async def _find(self, response: falcon.asgi.Response, place: str) -> _Opened | None:
        parts = _PLACE.fullmatch(place)
        try:
            if parts is not None and (number := from_base62(parts[1])) <= _LAST_BOOK:
                name = f"{PREFIX}_{parts[2]}"
                row = await self._runtime.reader.get(number, OnboardingLink.kind(), name)
                if row is not None:
                    told = decode_json(row.body, OnboardingLink)
                    caller = Caller(told.platform, told.platform, told.livemode)
                    ctx = Context(self._runtime, caller)
                    if await _is_open(response, ctx, told):
                        return _Opened(ctx, ctx.loaded(OnboardingLink, row, ctx.book))
                    return None
        except Error as problem:
            log.warning("onboarding_failed", problem=str(problem))
            text = "The page is out of reach for a moment. Try again."
            say(response, falcon.HTTP_503, onboarding_html.message("Sorry", text, livemode=True))
            return None
        text = "There is no such page. Ask for a new link where you got this one."
        say(
            response,
            falcon.HTTP_404,
            onboarding_html.message("Nothing here", text, livemode=True),
        )
        return None

    async def _open(
        self, response: falcon.asgi.Response, found: _Opened, place: str, secret: str
    ) -> None:
        link = found.link
        now = unix_seconds(found.ctx.now())
        right = compare_digest(secret.encode(), found.hidden["secret"].encode())
        if not right or link.opened or link.expires_at <= now:
            _over(response, link)
            return
        found.ctx.save(link, opened=True, expires_at=now + SESSION_SECONDS)
        try:
            await found.ctx.write()
        except Stale:
            _over(response, link)  # Somebody else was a moment faster.
            return
        response.set_cookie(
            _COOKIE,
            found.hidden["session"],
            path=f"/setup/{place}",
            http_only=True,
            secure=(self._runtime.config.public_url or "").startswith("https://"),
            same_site="Lax",
            max_age=SESSION_SECONDS,
        )
        response.status = falcon.HTTP_303
        response.location = f"/setup/{place}"

    def _known(self, request: falcon.asgi.Request, found: _Opened) -> bool:
        """Tell whether whoever asks has opened the link, not long ago."""
        shown = request.cookies.get(_COOKIE, "")
        live = found.link.opened and found.link.expires_at > unix_seconds(found.ctx.now())
        return live and compare_digest(shown.encode(), found.hidden["session"].encode())

    async def _account(self, found: _Opened) -> Account:
        ctx = found.ctx.fresh()
        return await ctx.load(Account, found.link.account)

    async def _show(
        self,
        response: falcon.asgi.Response,
        found: _Opened,
        account: Account,
        typed: Mapping[str, str],
        wrong: Mapping[str, str],
    ) -> None:
        link = found.link
        due = _due(link, account)
        if not due:
            if link.use_case and link.return_url and not link.returned:
                await _returned(found, account, link.use_case)
            _done(response, link, account)
            return
        name = account.business_profile.get("name") or account.email or "your account"
        reasons = [each["reason"] for each in account.requirements.errors]
        page = onboarding_html.form(
            name,
            await self._sections(found, account),
            token=found.hidden["form"],
            typed=typed,
            wrong=wrong,
            notes=reasons,
            later=link.return_url,
            livemode=link.livemode,
        )
        say(
            response, falcon.HTTP_200, page, forms_to=link.return_url and origin_of(link.return_url)
        )

    async def _sections(self, found: _Opened, account: Account) -> list[Section]:
        """Return what the form asks for."""
        due = _due(found.link, account)
        ids = [*dict.fromkeys(field.partition(".")[0] for field in due
                              if field.startswith("person_"))]  # fmt: skip
        people = await found.ctx.fresh().load_many(Person, ids, book=own_book(found.ctx, account))
        names = {name: f"{each.first_name or ''} {each.last_name or ''}".strip()
                 for name, each in people.items()}  # fmt: skip
        return sections(
            due,
            account.country,
            account.default_currency,
            names={name: words for name, words in names.items() if words},
            mistaken=corrections(account.requirements.errors, account.country),
        )

    async def _take(self, found: _Opened, typed: Mapping[str, str], address: str) -> dict[str, str]:
        """Save what was entered, a part at a time; returns messages by the names of inputs."""
        tree: forms.Tree = {}
        try:
            for name, value in typed.items():
                if value.strip() and name != "tos":
                    forms.add(tree, name, value.strip())
        except ApiError as problem:
            return {problem.param or "": problem.message}
        bank = tree.get("external_account")
        if isinstance(bank, dict) and "account_number" not in bank:
            del tree["external_account"]
        told = {name: value for name, value in tree.items() if name in _ACCOUNT}
        people = {name: value for name, value in tree.items() if name not in _ACCOUNT}
        wrong: dict[str, str] = {}
        if told or typed.get("tos"):
            wrong |= await self._attempt(found, "", told, address if typed.get("tos") else None)
        for part, value in people.items():
            wrong |= await self._attempt(found, part, value, None)
        return wrong

    async def _take_papers(self, found: _Opened, files: Mapping[str, Upload]) -> dict[str, str]:
        """Keep what was uploaded for requirements that want a document; returns messages."""
        wrong: dict[str, str] = {}
        wanted = documents(_due(found.link, await self._account(found))) if files else ()
        for field in wanted:
            while field in files:
                try:
                    ctx = found.ctx.fresh()
                    await take_paper(ctx, found.link.account, field, files[field])
                except Stale:
                    continue
                except ApiError as problem:
                    wrong[field] = problem.message
                break
        return wrong

    async def _attempt(
        self, found: _Opened, part: str, told: Any, accepted_from: str | None
    ) -> dict[str, str]:
        """Save one part, of the account itself or of a person, as the API does."""
        while True:
            ctx = found.ctx.fresh()
            try:
                if part:
                    await _tell_person(ctx, found.link.account, part, told)
                else:
                    await _tell_account(ctx, found.link.account, told, accepted_from)
                await ctx.write()
            except Stale:
                continue
            except ApiError as problem:
                name = problem.param or ""
                if part and name:
                    first, bracket, rest = name.partition("[")
                    name = f"{part}[{first}]{bracket}{rest}"
                return {name: _plainly(problem)}
            return {}


async def _is_open(response: falcon.asgi.Response, ctx: Context, link: OnboardingLink) -> bool:
    """Tell whether there is an account to set up; says so on a page if there is none."""
    account = await ctx.find(Account, link.account)
    if account is not None and not account.rejected:
        return True
    text = (
        "This account has been closed. Ask where you got this link if you think it should not be."
    )
    page = onboarding_html.message("Account closed", text, livemode=link.livemode)
    say(response, falcon.HTTP_403, page)
    return False


def add_onboarding(app: falcon.asgi.App[Any, Any], runtime: Runtime) -> None:
    """Serve the page from an application."""
    page = OnboardingPage(runtime)
    app.add_route("/setup/{place}", page)
    app.add_route("/setup/{place}/{secret}", page)


async def _returned(found: _Opened, account: Account, use_case: str) -> None:
    """Tell, once, that the owner goes back to the platform."""
    ctx, link = found
    ctx.save(link, returned=True)
    tell_returned(ctx, account, link.id, use_case, applied(account.capabilities, {}))
    try:
        await ctx.write()
    except Stale:
        return  # Another tab of the same browser was a moment faster, and has told.


async def _tell_account(
    ctx: Context, account: str, told: dict[str, Any], accepted_from: str | None
) -> None:
    if accepted_from is not None:
        accepted = {"date": str(unix_seconds(ctx.now())), "ip": accepted_from}
        told = {**told, "tos_acceptance": accepted}
    await accounts.update(ctx, account, _update(told))


async def _tell_person(ctx: Context, account: str, part: str, told: Any) -> None:
    if part in PARTS:
        sent = _person({**told, "relationship": {**told.get("relationship", {}),
                                                 PARTS[part]: "true"}})  # fmt: skip
        await persons.create(ctx, account, sent)
    else:
        await persons.update(ctx, account, part, _person(told))


def _plainly(problem: ApiError) -> str:
    """Return what to tell somebody who does not know the names of parameters."""
    if problem.param and problem.param in problem.message:
        return "This doesn't look right. Check it and try again."
    return problem.message


def _due(link: OnboardingLink, account: Account) -> list[str]:
    whole = [account.requirements, *([account.future_requirements] if link.future else [])]
    return [field for each in whole for field in getattr(each, link.collect)]


def _inputs(asked: Sequence[Section]) -> dict[str, bool]:
    """Return the names of inputs, and whether they may stay empty."""
    inputs = [each for section in asked for each in section.inputs]
    return {each.name: each.optional or each.kind == "hidden" for each in inputs}


def _unsaved(typed: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, str]:
    """Return what was entered without persons who were added: the form asks for others now."""
    failed = {name.partition("[")[0] for name in wrong}
    return {name: value for name, value in typed.items()
            if (part := name.partition("[")[0]) not in PARTS or part in failed}  # fmt: skip


def _over(response: falcon.asgi.Response, link: OnboardingLink) -> None:
    """Lead to where the platform makes a new link, or say that one is needed."""
    if link.refresh_url:
        response.status = falcon.HTTP_303
        response.location = link.refresh_url
        return
    text = "This link has been used, or its time is over. Ask for a new one."
    page = onboarding_html.message("Link expired", text, livemode=link.livemode)
    say(response, falcon.HTTP_403, page)


def _done(response: falcon.asgi.Response, link: OnboardingLink, account: Account) -> None:
    if link.return_url:
        response.status = falcon.HTTP_303
        response.location = link.return_url
        return
    text = "Everything that is needed is known."
    if account.requirements.pending_verification:
        text += " Some of it is being verified, which takes a moment."
    say(
        response,
        falcon.HTTP_200,
        onboarding_html.message("All set", text, livemode=link.livemode),
    )
