"""What the checkout pages say when there is no form: what is to be done next, or how it ended."""

from collections.abc import Mapping
from html import escape

from msgspec import Struct

from bezant.resources.checkout.page_html import badge, head, whole

_LOOKS = 10
"""Seconds after which a page with a code looks whether it has been paid."""


class Told(Struct, frozen=True, kw_only=True):
    """What a page says: whose it is, a title, a text, facts, and where it leads on to.

    `link` is an address and its words; a page that `leaves` goes there by itself, because browsers
    let no form lead to other places. `then` is one more address and its words.
    """

    title: str
    text: str
    merchant: str = ""
    livemode: bool = True
    facts: Mapping[str, str] = {}
    link: tuple[str, str] | None = None
    then: tuple[str, str] | None = None
    leaves: bool = False


class Code(Struct, frozen=True, kw_only=True):
    """A code to pay: its image, its text, what opens it here, and until when it can be paid.

    `sandbox` is what pays it on the command line, in test mode.
    """

    merchant: str
    livemode: bool
    total: str
    words: str
    image: str
    expires: str
    looks_at: str
    text: str = ""
    opens: str = ""
    sandbox: str = ""
    others: str = ""


def message(told: Told) -> str:
    """Return a page that says something and perhaps leads on."""
    facts = "".join(
        f"<div><dt>{escape(key)}</dt><dd>{escape(value)}</dd></div>"
        for key, value in told.facts.items()
    )
    shown = f"<dl>{facts}</dl>" if facts else ""
    on = f'<p><a class="button" href="{escape(told.link[0])}">{escape(told.link[1])}</a></p>' if (
        told.link
    ) else ""  # fmt: skip
    then = (
        f'<p><a href="{escape(told.then[0])}">{escape(told.then[1])}</a></p>' if told.then else ""
    )
    goes_to = f"0;url={told.link[0]}" if told.leaves and told.link else ""
    test = badge(livemode=told.livemode)
    return whole(
        f"{told.title} · {told.merchant}" if told.merchant else told.title,
        f'<main class="one">{test}<header>{head(told.merchant)}'
        f"<h1>{escape(told.title)}</h1></header>"
        f"<p>{escape(told.text)}</p>{shown}{on}{then}</main>",
        refresh=goes_to,
    )


def code(shown: Code) -> str:
    """Return a page with a code to pay, which goes on by itself once it is paid."""
    text = (
        f"<p>Or copy this code into your bank's app:</p><pre>{escape(shown.text)}</pre>"
        if shown.text
        else ""
    )
    opens = (
        f'<p><a class="button" href="{escape(shown.opens)}">Open it on this device</a></p>'
        if shown.opens
        else ""
    )
    sandbox = (
        f"<p>To pay it in the sandbox:</p><pre>{escape(shown.sandbox)}</pre>"
        if shown.sandbox
        else ""
    )
    others = (
        f'<p><a href="{escape(shown.others)}">Pay in another way</a></p>' if shown.others else ""
    )
    test = badge(livemode=shown.livemode)
    return whole(
        f"Pay {shown.total} · {shown.merchant}",
        f'<main class="one">{test}<header>{head(shown.merchant)}'
        f"<h1>Pay {escape(shown.total)}</h1></header><p>{escape(shown.words)}</p>"
        f'<img class="code" src="{escape(shown.image)}" alt="The code to pay">{opens}{text}'
        f'<p>It can be paid until {escape(shown.expires)}.</p><p class="words" role="status">'
        "This page goes on by itself once you have paid.</p>"
        f'<p><a href="{escape(shown.looks_at)}">I have paid: go on</a></p>{others}{sandbox}</main>',
        refresh=f"{_LOOKS};url={shown.looks_at}",
    )
