"""Papers on the hosted page: documents that its owner uploads, where verification wants them."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

import falcon.asgi

from bezant.api import multipart
from bezant.api.context import Context
from bezant.api.decoders import decoder
from bezant.api.multipart import Upload
from bezant.api.operation import MAX_BODY_BYTES
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect import accounts, persons
from bezant.resources.connect.account_params import UpdateAccount
from bezant.resources.connect.person_params import PersonParams
from bezant.resources.core import file as kept
from bezant.resources.core.file_purposes import MOST_BYTES, Uploaded

_OF_ACCOUNT = ("company", "individual")
_update = decoder(UpdateAccount)
_person = decoder(PersonParams)


class Filled(NamedTuple):
    """A form as it was filled in: texts by the names of inputs, and files by requirements."""

    typed: dict[str, str]
    files: Mapping[str, Upload]


async def read_form(request: falcon.asgi.Request) -> Filled:
    """Return what a browser has sent. Raises InvalidRequest for what is too much, or no form."""
    content_type = request.content_type or ""
    if not content_type.startswith(falcon.MEDIA_MULTIPART):
        raw = await request.stream.read(MAX_BODY_BYTES)
        return Filled(dict(parse_qsl(raw.decode("utf-8", "replace"))), {})
    most = MOST_BYTES + MAX_BODY_BYTES
    if (request.content_length or 0) > most:
        raise InvalidRequest(f"All files together can have at most {MOST_BYTES >> 20} MiB.")
    raw = await request.stream.read(most)
    typed: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for name, value in multipart.pieces(raw, content_type):
        if isinstance(value, str):
            typed[name] = value
        elif value.data:  # A browser also sends the inputs for files that were left empty.
            files[name] = value
    return Filled(typed, files)


async def take_paper(ctx: Context, account: str, field: str, upload: Upload) -> None:
    """Keep a document and let an account or a person have it; InvalidRequest if it is none.

    `field` is the requirement that asks for it, such as individual.verification.document.
    """
    part, _, way = field.partition(".")
    _, _, document = way.partition(".")
    plain = document == "document" and part != "company"
    purpose: Uploaded = "identity_document" if plain else "additional_verification"
    kind = kept.checked(purpose, upload.data)
    file = kept.made(ctx, purpose, upload.name, kind, len(upload.data))
    ctx.keep(file.id, upload.data)
    kept.store(ctx, file)
    await ctx.write()
    ctx = ctx.fresh()
    told = {"verification": {document: {"front": file.id}}}
    if part in _OF_ACCOUNT:
        await accounts.update(ctx, account, _update({part: told}))
    else:
        await persons.update(ctx, account, part, _person(told))
    await ctx.write()
