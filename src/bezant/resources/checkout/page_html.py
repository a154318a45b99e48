"""The checkout page as HTML: a form that works without scripts and loads nothing; pure."""

from collections.abc import Mapping, Sequence
from html import escape

from msgspec import Struct

from bezant.api.web_page import FORM_STYLE, STYLE
from bezant.resources.checkout.countries import countries

_STYLE = (
    STYLE
    + FORM_STYLE
    + """
body { max-width: 60rem; padding: 2rem 1.25rem 3rem }
main { display: grid; gap: 0 3.5rem; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) }
main.one { display: block; max-width: 32rem; margin: 0 auto }
header { grid-column: 1 / -1 }
main > .test { grid-column: 1 / -1; justify-self: start }
header { margin: .75rem 0 1.5rem }
.merchant { font-weight: 600; margin: 0; color: var(--soft) }
h1 { font-variant-numeric: tabular-nums }
h2 { font-size: 1.1rem; margin: 0 0 .25rem }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: .6rem 0; text-align: left; vertical-align: top; font-weight: 400;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
td { text-align: right; padding-left: 1rem; white-space: nowrap }
tfoot td, tfoot th { font-weight: 600; border: 0 }
.each { display: block; color: var(--soft); font-size: .875rem }
.row { display: grid; gap: 0 1rem; grid-template-columns: 1fr 1fr }
input[aria-invalid], select[aria-invalid] { border-color: var(--bad) }
button { width: 100%; padding: .85rem; margin-top: 1.5rem; font-size: 1.05rem }
button:hover { background: #094b8e }
button:focus-visible, a:focus-visible { outline: 3px solid var(--key); outline-offset: 2px }
.ways { display: flex; gap: .5rem; margin: .5rem 0 0 }
.ways a { padding: .4rem .9rem; border: 1px solid var(--line); border-radius: .5rem }
.ways a[aria-current] { border-color: var(--key); font-weight: 600 }
.box.bad { border-color: var(--bad) }
.back { display: inline-block; margin-top: 1.25rem }
.known { margin: .9rem 0 0 }
.words { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere }
@media (max-width: 44rem) {
  main { display: block }
  section + section { margin-top: 2rem }
}
"""
)
NUMBER, EXPIRY, CVC, NAME = "card_number", "card_expiry", "card_cvc", "name"
EMAIL, PHONE, COUNTRY, POSTAL_CODE = "email", "phone", "country", "postal_code"
IBAN = "iban"
LINE1, LINE2, CITY, STATE = "line1", "line2", "city", "state"
_MARKED = (
    "Check what is marked below, and enter the numbers again: they are never kept on this page."
)
SECRETS = frozenset({NUMBER, EXPIRY, CVC, IBAN})
"""What is never shown again once it has been typed in."""


class Line(Struct, frozen=True):
    """A line of what is bought, in words."""

    description: str
    quantity: int
    each: str
    amount: str


class Offer(Struct, frozen=True, kw_only=True):
    """What the page is about; amounts are in words."""

    merchant: str
    livemode: bool
    heading: str
    button: str
    lines: Sequence[Line] = ()
    total: str = ""
    words: str = ""
    back: str | None = None


KINDS = {"card": "Card", "sepa_debit": "Bank account (SEPA)"}
_AGREES = (
    "By paying you authorise {merchant}, and its bank, to debit your account once for this "
    "payment. You can claim the money back from your bank within eight weeks."
)


class Form(Struct, frozen=True, kw_only=True):
    """The form: what proves where it comes from, what it asks for, and what was typed before."""

    token: str
    attempt: int
    kind: str = "card"
    kinds: Sequence[str] = ()
    email: str | None = None
    phone: bool = False
    address: bool = False
    typed: Mapping[str, str] = {}
    wrong: Mapping[str, str] = {}
    problem: str = ""


def page(offer: Offer, form: Form) -> str:
    """Return the page on which somebody pays."""
    problem = form.problem or (_MARKED if form.wrong else "")
    box = f'<p class="box bad" role="alert">{escape(problem)}</p>' if problem else ""
    words = f'<p class="words">{escape(offer.words)}</p>' if offer.words else ""
    fields = _fields(offer, form)
    summary = _summary(offer) if offer.lines else ""
    kind = "" if offer.lines else ' class="one"'
    return _whole(
        f"{offer.heading} · {offer.merchant}",
        f'<main{kind}>{_badge(offer.livemode)}<header><p class="merchant">'
        f"{escape(offer.merchant)}</p><h1>{escape(offer.heading)}</h1></header>{summary}"
        f'<section aria-labelledby="pay"><h2 id="pay">How you pay</h2>{_choice(form)}{box}'
        f'<form method="post" autocomplete="on" novalidate>'
        f'<input type="hidden" name="token" value="{escape(form.token)}">'
        f'<input type="hidden" name="attempt" value="{form.attempt}">'
        f'<input type="hidden" name="method" value="{escape(form.kind)}">{fields}{words}'
        f'<button type="submit">{escape(offer.button)}</button></form></section></main>',
    )


def message(
    title: str,
    text: str,
    *,
    merchant: str = "",
    link: tuple[str, str] | None = None,
    livemode: bool = True,
    leaves: bool = False,
) -> str:
    """Return a page that says something and perhaps leads on: an address and its words.

    If it `leaves` it goes there by itself: browsers let no form lead to other places.
    """
    on = f'<p><a href="{escape(link[0])}">{escape(link[1])}</a></p>' if link else ""
    name = f'<p class="merchant">{escape(merchant)}</p>' if merchant else ""
    return _whole(
        f"{title} · {merchant}" if merchant else title,
        f'<main class="one">{_badge(livemode)}<header>{name}<h1>{escape(title)}</h1></header>'
        f"<p>{escape(text)}</p>{on}</main>",
        goes_to=link[0] if leaves and link else None,
    )


def _badge(livemode: bool) -> str:
    text = '<span class="test">Test mode: no money moves. Pay with a test card.</span>'
    return "" if livemode else text


def _summary(offer: Offer) -> str:
    rows = "".join(_row(line) for line in offer.lines)
    back = (
        f'<a class="back" href="{escape(offer.back)}" rel="noreferrer">'
        f"&larr; Back to {escape(offer.merchant)}</a>"
        if offer.back
        else ""
    )
    return (
        '<section aria-labelledby="what"><h2 id="what">What you pay for</h2><table><tbody>'
        f'{rows}</tbody><tfoot><tr><th scope="row">Total</th><td>{escape(offer.total)}</td></tr>'
        f"</tfoot></table>{back}</section>"
    )


def _row(line: Line) -> str:
    many = ""
    if line.quantity != 1:
        each = f" at {line.each} each" if line.each else ""
        many = f'<span class="each">{line.quantity:,}{escape(each)}</span>'
    return (
        f'<tr><th scope="row">{escape(line.description)}{many}</th>'
        f"<td>{escape(line.amount)}</td></tr>"
    )


def _choice(form: Form) -> str:
    """Return the ways to pay, if there are several: each is a form of its own."""
    if not form.kinds[1:]:
        return ""
    ways = "".join(
        f'<a href="?method={kind}"{_current(kind, form)}>{escape(KINDS[kind])}</a>'
        for kind in form.kinds
    )
    return f'<nav class="ways" aria-label="Ways to pay">{ways}</nav>'


def _current(kind: str, form: Form) -> str:
    return ' aria-current="true"' if kind == form.kind else ""


def _fields(offer: Offer, form: Form) -> str:
    if form.kind == "card":
        return _contact(form) + _card(form) + _billing(form)
    account = (
        _contact(form)
        + _input(form, IBAN, "IBAN", complete="off")
        + _input(form, NAME, "Name of the account's holder", complete="name")
    )
    address = _billing(form) if form.address else ""
    agrees = _AGREES.format(merchant=offer.merchant)
    return f'{account}{address}<p class="words">{escape(agrees)}</p>'


def _contact(form: Form) -> str:
    if form.email is not None:
        email = f'<p class="known">E-mail: {escape(form.email)}</p>'
    else:
        email = _input(form, EMAIL, "E-mail", kind="email", complete="email")
    if not form.phone:
        return email
    return email + _input(form, PHONE, "Phone, with the country code", kind="tel", complete="tel")


def _card(form: Form) -> str:
    return (
        _input(form, NUMBER, "Card number", complete="cc-number", digits=True, hint="")
        + '<div class="row">'
        + _input(form, EXPIRY, "Expires", complete="cc-exp", digits=True, hint="MM / YY")
        + _input(form, CVC, "Security code", complete="cc-csc", digits=True,
                 hint="On the card, three or four digits")
        + "</div>"
        + _input(form, NAME, "Name on the card", complete="cc-name")
    )  # fmt: skip


def _billing(form: Form) -> str:
    postal = _input(form, POSTAL_CODE, "Postal code", complete="postal-code")
    if not form.address:
        return f'<div class="row">{_country(form)}{postal}</div>'
    return (
        _country(form)
        + _input(form, LINE1, "Street and number", complete="address-line1")
        + _input(form, LINE2, "Flat or floor (if any)", complete="address-line2")
        + f'<div class="row">{_input(form, CITY, "City", complete="address-level2")}{postal}</div>'
        + _input(form, STATE, "State or province (if any)", complete="address-level1")
    )


def _country(form: Form) -> str:
    chosen = form.typed.get(COUNTRY, "")
    options = "".join(
        f'<option value="{code}"{" selected" if code == chosen else ""}>{escape(name)}</option>'
        for code, name in (("", "Choose"), *countries().items())
    )
    marks, error = _marks(form, COUNTRY, "")
    return (
        f'<div><label for="{COUNTRY}">Country</label><select id="{COUNTRY}" name="{COUNTRY}" '
        f'autocomplete="country"{marks}>{options}</select>{error}</div>'
    )


def _input(
    form: Form,
    name: str,
    label: str,
    *,
    complete: str,
    kind: str = "text",
    digits: bool = False,
    hint: str = "",
) -> str:
    value = "" if name in SECRETS else form.typed.get(name, "")
    known = f' value="{escape(value)}"' if value else ""
    numeric = ' inputmode="numeric"' if digits else ""
    marks, error = _marks(form, name, hint)
    return (
        f'<div><label for="{name}">{escape(label)}</label><input id="{name}" type="{kind}" '
        f'name="{name}" autocomplete="{complete}"{known}{numeric}{marks}>{error}</div>'
    )


def _marks(form: Form, name: str, hint: str) -> tuple[str, str]:
    """Return what a field is marked by, and what stands below it."""
    wrong = form.wrong.get(name)
    below, marks = "", ""
    if hint:
        below += f'<span class="hint" id="{name}-hint">{escape(hint)}</span>'
    if wrong:
        below += f'<span class="wrong" id="{name}-wrong">{escape(wrong)}</span>'
        first = next(iter(form.wrong)) == name
        marks = f' aria-invalid="true"{" autofocus" if first else ""}'
    about = " ".join(
        f"{name}-{what}" for what, there in (("hint", hint), ("wrong", wrong)) if there
    )
    return (f'{marks} aria-describedby="{about}"' if about else marks), below


def _whole(title: str, body: str, *, goes_to: str | None = None) -> str:
    onward = f'<meta http-equiv="refresh" content="0;url={escape(goes_to)}">' if goes_to else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex">{onward}'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )
