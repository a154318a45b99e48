"""The checkout page as HTML: a form that works without scripts and loads nothing; pure."""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from msgspec import Struct

from bezant.api.web_page import FACTS_STYLE, FORM_STYLE, STYLE
from bezant.resources.checkout.page_fields import SECRETS, Asked, Field, Row, Section
from bezant.resources.checkout.quantities import AGAIN, CODE, SHOWN
from bezant.resources.core.countries import countries

_STYLE = (
    STYLE
    + FORM_STYLE
    + FACTS_STYLE
    + """
body { max-width: 60rem; padding: 2rem 1.25rem 3rem; overflow-wrap: break-word }
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
tfoot .soft td, tfoot .soft th { font-weight: 400; color: var(--soft); padding-bottom: 0 }
.each { display: block; color: var(--soft); font-size: .875rem }
.many { margin: .35rem 0 0; color: var(--soft); font-size: .875rem }
.many input { display: inline-block; width: 5rem; margin: 0 .35rem; padding: .3rem .5rem }
button.second { width: auto; margin: .6rem 0 0; padding: .45rem 1rem; font-size: .95rem;
  color: var(--key); background: none; border: 1px solid var(--line) }
button.second:hover { background: var(--box) }
.row { display: grid; gap: 0 1rem; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) }
fieldset { margin: 1rem 0 0; padding: 0 1.25rem 1.25rem }
label.check { display: flex; gap: .6rem; align-items: flex-start }
label.check input { width: auto; margin-top: .35rem }
button, .button { width: 100%; padding: .85rem; margin-top: 1.5rem; font-size: 1.05rem }
.button { display: block; box-sizing: border-box; text-align: center; font-weight: 600;
  color: #fff; background: #0b5cad; border-radius: .5rem }
button:hover, .button:hover { background: #094b8e }
button:focus-visible, a:focus-visible { outline: 3px solid var(--key); outline-offset: 2px }
.ways { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0 0 }
.ways a { padding: .4rem .9rem; border: 1px solid var(--line); border-radius: .5rem }
.ways a[aria-current] { border-color: var(--key); font-weight: 600 }
.box.bad { border-color: var(--bad) }
.back { display: inline-block; margin-top: 1.25rem }
.known { margin: .9rem 0 0 }
.words { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere }
.code { display: block; margin: 1.25rem 0; background: #fff; border-radius: .75rem;
  padding: .75rem; width: 15rem; max-width: 100%; box-sizing: border-box }
pre { white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; background: var(--box);
  border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: .25rem 0 0 }
@media (max-width: 44rem) {
  main { display: block }
  section + section { margin-top: 2rem }
}
"""
)
_FORM = "paying"
_MARKED = (
    "Check what is marked below, and enter the numbers again: they are never kept on this page."
)
_MARKED_ALONE = "Check what is marked below."


class Line(Struct, frozen=True):
    """A line of what is bought, in words; its quantity may be changed if that has a `name`.

    `often` says how often it is charged, if it is charged more than once.
    """

    description: str
    quantity: int
    each: str
    amount: str
    name: str = ""
    least: int = 0
    most: int = 0
    often: str = ""

    @property
    def words(self) -> str:
        """What one costs, and how often."""
        each = f"{self.each} each" if self.each and (self.name or self.quantity != 1) else self.each
        return " ".join(filter(None, (each, self.often)))


class Offer(Struct, frozen=True, kw_only=True):
    """What the page is about; amounts are in words.

    A promotion `code` is None where none is taken; `off` is what a `reduction` takes off the
    `subtotal`.
    """

    merchant: str
    livemode: bool
    heading: str
    button: str
    asks: str = "How you pay"
    lines: Sequence[Line] = ()
    total: str = ""
    sum: str = "Total"
    words: str = ""
    back: str | None = None
    subtotal: str = ""
    reduction: str = ""
    off: str = ""
    code: str | None = None
    code_problem: str = ""


class Form(Struct, frozen=True, kw_only=True):
    """The form: what it asks for and says, what is `hidden` in it, and what was typed before.

    `ways` are the ways to pay: their addresses and titles, and which of them this form is for.
    """

    hidden: Mapping[str, str]
    parts: Sequence[Section]
    ways: Sequence[tuple[str, str, bool]] = ()
    known: str | None = None
    agrees: str = ""
    after: str = ""
    test: str = ""
    typed: Mapping[str, str] = {}
    wrong: Mapping[str, str] = {}
    problem: str = ""
    action: str = ""


def page(offer: Offer, form: Form) -> str:
    """Return the page on which somebody pays."""
    test = f'<p class="hint">{escape(form.test)}</p>' if form.test else ""
    words = _words(form.agrees) + _words(form.after) + _words(offer.words)
    known = f'<p class="known">E-mail: {escape(form.known)}</p>' if form.known else ""
    fields = "".join(_part(form, part) for part in form.parts)
    summary = _summary(offer) if offer.lines else ""
    kind = "" if offer.lines else ' class="one"'
    hidden = "".join(_hidden(name, value) for name, value in form.hidden.items())
    chosen = _chosen(offer)
    if chosen:
        hidden += _hidden(SHOWN, urlencode(chosen))
    pays = f'<button type="submit" form="{_FORM}" hidden></button>' if chosen else ""
    goes_to = f' action="{escape(form.action)}"' if form.action else ""
    box = _box(form)
    return whole(
        f"{'Error: ' if box else ''}{offer.heading} · {offer.merchant}",
        f"<main{kind}>{badge(livemode=offer.livemode)}<header>{head(offer.merchant)}"
        f"<h1>{escape(offer.heading)}</h1></header>{pays}{summary}"
        f'<section aria-labelledby="pay"><h2 id="pay">{escape(offer.asks)}'
        f"</h2>{_choice(form)}{test}{box}"
        f'<form id="{_FORM}" method="post"{goes_to} autocomplete="on" novalidate>'
        f"{hidden}{known}{fields}{words}"
        f'<button type="submit">{escape(offer.button)}</button></form></section></main>',
    )


def _box(form: Form) -> str:
    """Return what is said of an attempt; it is gone to unless a field is marked."""
    secret = any(asked.name in SECRETS for part in form.parts for row in part.rows for asked in row)
    marked = (_MARKED if secret else _MARKED_ALONE) if form.wrong else ""
    problem = form.problem or marked
    focus = "" if form.wrong else ' tabindex="-1" autofocus'
    return f'<p class="box bad" role="alert"{focus}>{escape(problem)}</p>' if problem else ""


def _words(text: str) -> str:
    return f'<p class="words">{escape(text)}</p>' if text else ""


def badge(*, livemode: bool) -> str:
    """Return what says that no money moves, where none does."""
    return "" if livemode else '<span class="test">Test mode: no money moves</span>'


def head(merchant: str) -> str:
    """Return the line that names who is paid."""
    named = f"{merchant[:1].upper()}{merchant[1:]}"
    return f'<p class="merchant">{escape(named)}</p>' if merchant else ""


def _summary(offer: Offer) -> str:
    rows = "".join(_line(line) for line in offer.lines)
    back = (
        f'<a class="back" href="{escape(offer.back)}" rel="noreferrer">'
        f"&larr; Back to {escape(offer.merchant)}</a>"
        if offer.back
        else ""
    )
    table = f"<table><tbody>{rows}</tbody><tfoot>{_sums(offer)}</tfoot></table>"
    many = any(line.name for line in offer.lines)
    if _chosen(offer):
        button = "Update the total" if many else "Apply the code"
        table += (
            f'{_code(offer)}<button class="second" type="submit" form="{_FORM}" name="{AGAIN}" '
            f'value="1">{button}</button>'
        )
    return (
        '<section aria-labelledby="what"><h2 id="what">What you pay for</h2>'
        f"{table}{back}</section>"
    )


def _chosen(offer: Offer) -> dict[str, str]:
    """Return what can be chosen, as it is shown.

    It is in the form that pays, whose first button is the one that Enter presses: a hidden one.
    """
    many = {line.name: str(line.quantity) for line in offer.lines if line.name}
    return many if offer.code is None else {**many, CODE: offer.code}


def _sums(offer: Offer) -> str:
    rows = [(offer.sum, offer.total, "")]
    soft = ' class="soft"'
    if offer.reduction:
        rows.insert(0, (offer.reduction, offer.off, soft))
    if offer.subtotal:
        rows.insert(0, ("Subtotal", offer.subtotal, soft))
    return "".join(
        f'<tr{kind}><th scope="row">{escape(name)}</th><td>{escape(amount)}</td></tr>'
        for name, amount, kind in rows
    )


def _code(offer: Offer) -> str:
    """Return the field for a promotion code, and what is wrong with the one in it."""
    if offer.code is None:
        return ""
    marks = below = ""
    if offer.code_problem:
        marks = f' aria-invalid="true" autofocus aria-describedby="{CODE}-wrong"'
        below = f'<span class="wrong" id="{CODE}-wrong">{escape(offer.code_problem)}</span>'
    return (
        f'<div><label for="{CODE}">Promotion code</label><input id="{CODE}" type="text" '
        f'form="{_FORM}" name="{CODE}" autocomplete="off" autocapitalize="characters" '
        f'spellcheck="false" value="{escape(offer.code)}"{marks}>{below}</div>'
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def _line(line: Line) -> str:
    many = ""
    if line.name:
        at = f"at {line.words}" if line.words else ""
        many = (
            f'<label class="many" for="{line.name}">Quantity <input type="number" id="{line.name}" '
            f'form="{_FORM}" name="{line.name}" min="{line.least}" max="{line.most}" '
            f'value="{line.quantity}">'
            f'</label><span class="each">{escape(at)}</span>'
        )
    elif line.quantity != 1:
        at = f" at {line.words}" if line.words else ""
        many = f'<span class="each">{line.quantity:,}{escape(at)}</span>'
    elif line.often:
        many = f'<span class="each">{escape(line.words)}</span>'
    return (
        f'<tr><th scope="row">{escape(line.description)}{many}</th>'
        f"<td>{escape(line.amount)}</td></tr>"
    )


def _choice(form: Form) -> str:
    """Return the ways to pay, if there are several: each is a form of its own."""
    if not form.ways[1:]:
        return ""
    ways = "".join(
        f'<a href="{escape(place)}"{_CURRENT if current else ""}>{escape(title)}</a>'
        for place, title, current in form.ways
    )
    return f'<nav class="ways" aria-label="Ways to pay">{ways}</nav>'


_CURRENT = ' aria-current="true"'


def _part(form: Form, part: Section) -> str:
    rows = "".join(_row(form, row) for row in part.rows)
    if not part.title:
        return rows
    return f"<fieldset><legend>{part.title}</legend>{rows}{_words(part.words)}</fieldset>"


def _row(form: Form, row: Row) -> str:
    fields = "".join(_field(form, asked) for asked in row)
    return f'<div class="row">{fields}</div>' if row[1:] else fields


def _field(form: Form, asked: Asked) -> str:
    name, field = asked.name, asked.field
    value = "" if field.secret else form.typed.get(name, field.value)
    marks, below = _marks(form, asked)
    if field.kind == "check":
        checked = " checked" if value else ""
        return (
            f'<div><label class="check" for="{name}"><input id="{name}" type="checkbox" '
            f'name="{name}" value="yes"{checked}{marks}><span>{escape(field.label)}</span></label>'
            f"{below}</div>"
        )
    if field.kind == "select":
        control = _select(name, field, value, marks, field.choices)
    elif field.kind == "country":
        control = _select(name, field, value, marks, list(countries().items()))
    else:
        known = f' value="{escape(value)}"' if value else ""
        numeric = ' inputmode="numeric"' if field.digits else ""
        control = (
            f'<input id="{name}" type="{field.kind}" name="{name}" '
            f'autocomplete="{field.complete}"{known}{numeric}{marks}>'
        )
    return f'<div><label for="{name}">{escape(field.label)}</label>{control}{below}</div>'


def _select(
    name: str, field: Field, chosen: str, marks: str, choices: Sequence[tuple[str, str]]
) -> str:
    options = "".join(
        f'<option value="{escape(code)}"{" selected" if code == chosen else ""}>'
        f"{escape(words)}</option>"
        for code, words in (("", "Choose"), *choices)
    )
    return (
        f'<select id="{name}" name="{name}" autocomplete="{field.complete}"{marks}>'
        f"{options}</select>"
    )


def _marks(form: Form, asked: Asked) -> tuple[str, str]:
    """Return what a field is marked by, and what stands below it."""
    name, hint = asked.name, asked.field.hint
    wrong = form.wrong.get(name)
    below, marks = "", ' required aria-required="true"' if asked.required else ""
    if hint:
        below += f'<span class="hint" id="{name}-hint">{escape(hint)}</span>'
    if wrong:
        below += f'<span class="wrong" id="{name}-wrong">{escape(wrong)}</span>'
        first = next(iter(form.wrong)) == name
        marks += f' aria-invalid="true"{" autofocus" if first else ""}'
    about = " ".join(
        f"{name}-{what}" for what, there in (("hint", hint), ("wrong", wrong)) if there
    )
    return (f'{marks} aria-describedby="{about}"' if about else marks), below


def whole(title: str, body: str, *, refresh: str = "") -> str:
    """Return a whole page; `refresh` says after how long, and where, it goes on by itself."""
    onward = f'<meta http-equiv="refresh" content="{escape(refresh)}">' if refresh else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex">{onward}'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )
