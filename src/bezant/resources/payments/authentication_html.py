"""The page of 3D Secure as HTML: two buttons that work without scripts; pure."""

from html import escape

from bezant.api.web_page import STYLE

_STYLE = (
    STYLE
    + """
main { max-width: 26rem; margin: 0 auto }
.lead { color: var(--soft); margin: 0 0 1.5rem }
dl { background: var(--box); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1rem 1.25rem; margin: 0 0 1.5rem; display: grid; grid-template-columns: auto 1fr;
  gap: .35rem 1.25rem }
dt { color: var(--soft) }
dd { margin: 0; text-align: right; overflow-wrap: anywhere }
form { display: flex; flex-wrap: wrap; gap: .75rem }
button { font: inherit; font-weight: 600; flex: 1 1 10rem; border: 1px solid #0b5cad;
  border-radius: .5rem; padding: .7rem 1rem; cursor: pointer; color: #fff; background: #0b5cad }
button.second { background: none; color: var(--bad); border-color: var(--bad) }
button:focus-visible { outline: 2px solid var(--key); outline-offset: 2px }
.test { display: inline-block; font-size: .8rem; background: var(--mark); padding: .1rem .5rem;
  border-radius: .4rem }
"""
)


def challenge(merchant: str, card: str, amount: str | None) -> str:
    """Return the page that asks a cardholder; without an amount the card is to be set up.

    A merchant that has no name for the public is not named.
    """
    facts = {"Shop": merchant, "Card": card, "Amount": amount or "Nothing now: the card is saved"}
    rows = "".join(
        f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in facts.items() if text
    )
    wish = "pay" if amount else "save your card"
    return _page(
        "Is this you?",
        f'<p class="lead">Your bank would ask you here whether it is you who wants to {wish}. '
        "In test mode you decide how it ends.</p>"
        f'<dl>{rows}</dl><form method="post">'
        '<button name="outcome" value="succeeded">Complete</button>'
        '<button class="second" name="outcome" value="failed">Fail</button></form>',
    )


def message(title: str, text: str) -> str:
    """Return a page that says something."""
    return _page(title, f'<p class="lead">{escape(text)}</p>')


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        '<body><main><p><span class="test">Test mode: no bank is asked</span></p>'
        f"<h1>{escape(title)}</h1>{body}</main></body></html>"
    )
