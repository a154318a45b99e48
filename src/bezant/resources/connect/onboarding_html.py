"""The hosted page as HTML: forms that work without scripts; pure."""

from collections.abc import Mapping, Sequence
from html import escape

from bezant.api.web_page import FORM_STYLE, STYLE
from bezant.resources.connect.onboarding_fields import Input, Section

_STYLE = (
    STYLE
    + FORM_STYLE
    + """
main { max-width: 34rem; margin: 0 auto }
h1, .lead { overflow-wrap: anywhere }
label.day { display: inline-block; width: 30%; margin-right: 3%; vertical-align: top }
@media (max-width: 30rem) { h1 { font-size: 1.4rem } }
.lead { color: var(--soft); margin: 0 0 2rem }
label.check { display: flex; gap: .6rem; align-items: flex-start }
label.check input { width: auto; margin-top: .35rem }
.later { margin-left: 1rem }
"""
)
_PAPERS = "image/png,image/jpeg,application/pdf"


def form(
    name: str,
    sections: Sequence[Section],
    *,
    token: str,
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
    notes: Sequence[str],
    later: str | None,
    livemode: bool,
) -> str:
    """Return the form; `typed` and `wrong` are values and messages by the names of inputs."""
    shown = {each.name for section in sections for each in section.inputs}
    apart = [text for key, text in wrong.items() if key not in shown]
    if shown & wrong.keys():
        apart.append("Check what is marked below.")
    boxes = "".join(f'<p class="box" role="alert">{escape(text)}</p>' for text in (*apart, *notes))
    fields = "".join(_section(section, typed, wrong) for section in sections)
    papers = any(each.kind == "file" for section in sections for each in section.inputs)
    coded = ' enctype="multipart/form-data"' if papers else ""
    leave = f'<a class="later" href="{escape(later)}">Finish later</a>' if later else ""
    return _page(
        f"Set up {name}",
        f'<p class="lead">A few things have to be known before {escape(name)} can be paid. '
        "What you enter is kept safely and goes to nobody else.</p>"
        f'{boxes}<form method="post" autocomplete="on"{coded}>'
        f'<input type="hidden" name="token" value="{escape(token)}">{fields}'
        f'<button type="submit">Save and continue</button>{leave}</form>',
        livemode=livemode,
    )


def message(title: str, text: str, *, link: tuple[str, str] | None = None, livemode: bool) -> str:
    """Return a page that says something and perhaps leads on: an address and its words."""
    on = f'<p><a href="{escape(link[0])}">{escape(link[1])}</a></p>' if link else ""
    return _page(title, f'<p class="lead">{escape(text)}</p>{on}', livemode=livemode)


def _section(section: Section, typed: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(each.name)}" value="{escape(each.label)}">'
        for each in section.inputs
        if each.kind == "hidden"
    )
    visible = "".join(
        _input(each, typed.get(each.name, ""), wrong.get(each.name))
        for each in section.inputs
        if each.kind != "hidden"
    )
    return f"<fieldset><legend>{escape(section.title)}</legend>{hidden}{visible}</fieldset>"


def _input(asked: Input, value: str, wrong: str | None) -> str:
    name = escape(asked.name)
    error = f'<span class="wrong" role="alert">{escape(wrong)}</span>' if wrong else ""
    marks = ' aria-invalid="true"' if wrong else ""
    hint = f'<span class="hint">{escape(asked.hint)}</span>' if asked.hint else ""
    if asked.kind == "checkbox":
        ticked = " checked" if value else ""
        return (
            f'<label class="check"><input type="checkbox" name="{name}" value="true"{ticked}>'
            f"<span>{escape(asked.label)}{hint}{error}</span></label>"
        )
    if asked.kind == "file":
        field = f'<input type="file" name="{name}" accept="{_PAPERS}"{marks}>'
    elif asked.kind == "select":
        options = "".join(
            f'<option value="{escape(key)}"{" selected" if key == value else ""}>'
            f"{escape(words)}</option>"
            for key, words in (("", "Choose"), *asked.options)
        )
        field = f'<select name="{name}"{marks}>{options}</select>'
    else:
        known = "" if asked.kind == "password" else f' value="{escape(value)}"'
        more = ' inputmode="numeric"' if asked.kind == "number" else ""
        kind = "text" if asked.kind in ("number", "url") else asked.kind
        off = ' autocomplete="off"' if asked.kind == "password" else ""
        field = f'<input type="{kind}" name="{name}"{known}{more}{off}{marks}>'
    beside = ' class="day"' if "[dob]" in asked.name else ""
    return f"<label{beside}>{escape(asked.label)}{field}{hint}{error}</label>"


def _page(title: str, body: str, *, livemode: bool) -> str:
    test = "" if livemode else '<p><span class="test">Test mode: use made-up data</span></p>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{test}<h1>{escape(title)}</h1>{body}</main></body></html>"
    )
