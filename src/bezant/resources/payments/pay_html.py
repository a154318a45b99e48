"""The pages on which payers do what a payment or a refund waits for, as HTML; pure.

They run and load nothing.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from msgspec import Struct

from bezant.api.web_page import FACTS_STYLE, FORM_STYLE, STYLE
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money

_STYLE = (
    STYLE
    + FORM_STYLE
    + FACTS_STYLE
    + """
main { max-width: 30rem; margin: 0 auto }
.test + h1 { margin-top: .75rem }
.shop { font-weight: 600; margin: .75rem 0 0; color: var(--soft) }
.soft { color: var(--soft); font-size: .9rem }
form.code { max-width: 16rem }
.code input { letter-spacing: .15em; text-transform: uppercase }
button { width: 100%; margin-top: 1rem }
img.code { display: block; margin: 1.25rem 0; background: #fff; border-radius: .75rem;
  padding: .75rem; width: 15rem; max-width: 100%; box-sizing: border-box }
pre { white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; background: var(--box);
  border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: .25rem 0 0 }
"""
)
_SOFT = '<p class="soft">{}</p>'

ACCOUNT_WORDS: Mapping[str, str] = {
    "account_holder_name": "Account holder",
    "iban": "IBAN",
    "bic": "BIC",
    "swift_code": "BIC",
    "sort_code": "Sort code",
    "routing_number": "Routing number",
    "account_number": "Account number",
    "account_type": "Kind of account",
    "bank_name": "Bank",
}
"""What a bank account is paid to by, in the order in which people are asked for it."""


class Page(Struct, frozen=True, kw_only=True):
    """What stands around what is to be done: who is paid, what for, and a mandate if there is."""

    title: str
    shop: str = ""
    livemode: bool = True
    reference: str = ""
    agreement: str = ""
    """Where a page of the shop's own says what was agreed to."""


def code(page: Page, image: str, text: str, until: str) -> str:
    """Return a page with a code that a telephone reads, or that is copied."""
    copy = f"<p>Or copy it into your bank's app:</p><pre>{escape(text)}</pre>" if text else ""
    shown = (
        "<p>Read this code with your bank's app.</p>"
        f'<img class="code" src="{escape(image)}" alt="The code to pay">{copy}'
        f"<p>It can be paid until {escape(until)}.</p>"
    )
    return whole(page, shown)


def verify(page: Page, *, wrong: str, arrives: str) -> str:
    """Return a page that asks for the code that came to a bank account with a cent."""
    test = "" if page.livemode else _SOFT.format("In test mode the code is SM11AA.")
    marks = ' aria-invalid="true" aria-describedby="wrong" autofocus' if wrong else ""
    below = f'<span class="wrong" id="wrong" role="alert">{escape(wrong)}</span>' if wrong else ""
    shown = (
        "<p>One cent has been sent to your bank account, to see that it is yours. It comes on or "
        f"after {escape(arrives)}, and its line on the statement begins with a code of six letters "
        'and digits.</p><form class="code" method="post"><label for="code">The code</label>'
        f'<input id="code" name="code" maxlength="6" required autocomplete="off"{marks}>{below}'
        f'<button type="submit">Confirm the account</button></form>{test}'
    )
    return whole(page, shown)


def transfer(page: Page, action: Mapping[str, Any]) -> str:
    """Return a page that says where a bank transfer is to go, and under which reference."""
    place = action["financial_addresses"][0]
    account: Mapping[str, Any] = place[place["type"]]
    left = format_amount(Money(action["amount_remaining"], action["currency"]))
    facts = {"Amount": left, "Reference": action["reference"]}
    facts |= {words: account[name] for name, words in ACCOUNT_WORDS.items() if account.get(name)}
    rows = "".join(
        f"<div><dt>{escape(words)}</dt><dd>{escape(each)}</dd></div>"
        for words, each in facts.items()
    )
    text = f"Order a transfer of {left} at your bank to this account, with the reference."
    return whole(page, f"<p>{escape(text)}</p><dl>{rows}</dl>")


def say(page: Page, text: str) -> str:
    """Return a page that says something."""
    return whole(page, f"<p>{escape(text)}</p>")


def whole(page: Page, body: str) -> str:
    """Return a whole page with a body."""
    test = '<span class="test">Test mode: no money moves</span>'
    reference = _SOFT.format(f"Reference of the mandate: {escape(page.reference)}")
    agreed = _SOFT.format(f'<a href="{escape(page.agreement)}">What you have agreed to</a>')
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(page.title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>{'' if page.livemode else test}"
        f'{f"""<p class="shop">{escape(page.shop)}</p>""" if page.shop else ""}'
        f"<h1>{escape(page.title)}</h1>{body}{reference if page.reference else ''}"
        f"{agreed if page.agreement else ''}"
        "</main></body></html>"
    )
