"""Pages: an answer that a browser asked for, as HTML that loads nothing and runs nothing."""

from collections.abc import Callable

import falcon
import falcon.asgi

from bezant.api.replies import Reply

_UNKNOWN = 401
_IMAGES = "img-src data:; "
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root {
  color-scheme: light dark;
  --line: #d9dce3; --soft: #5b6475; --mark: #fff4d6; --key: #0b5cad; --box: #f5f6f8;
  --good: #17693c; --warn: #8a5a00; --bad: #b3261e
}
@media (prefers-color-scheme: dark) {
  :root {
    --line: #333a46; --soft: #9aa4b5; --mark: #3a3116; --key: #7ab8ff; --box: #1b1f27;
    --good: #67c58f; --warn: #e3b55b; --bad: #ff8a80
  }
}
body { font: 16px/1.6 system-ui, sans-serif; max-width: 46rem; margin: 0 auto;
  padding: 3rem 1.25rem }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem }
a { color: var(--key); text-decoration: none }
a:hover, a:focus-visible { text-decoration: underline }
code, pre { font-family: ui-monospace, monospace }
"""
"""What all pages of the API have in common."""
FORM_STYLE = """
fieldset { border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem 1.25rem;
  margin: 0 0 1.25rem }
legend { font-weight: 600; padding: 0 .5rem; margin-left: -.5rem }
label { display: block; margin: .9rem 0 0; font-size: .95rem }
input, select { display: block; width: 100%; box-sizing: border-box; font: inherit;
  padding: .55rem .7rem; margin-top: .25rem; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--box); color: inherit }
select { min-height: 2.825rem }
input:focus, select:focus { outline: 2px solid var(--key); outline-offset: 1px }
input[aria-invalid], select[aria-invalid] { border-color: var(--bad) }
.hint { display: block; color: var(--soft); font-size: .85rem; margin-top: .2rem }
.wrong { color: var(--bad); font-size: .9rem; display: block; margin-top: .25rem }
.box { border-left: 4px solid var(--warn); background: var(--box); padding: .75rem 1rem;
  border-radius: .5rem; margin: 0 0 1.25rem }
button { font: inherit; font-weight: 600; color: #fff; background: #0b5cad; border: 0;
  border-radius: .5rem; padding: .7rem 1.4rem; cursor: pointer }
.test { display: inline-block; font-size: .8rem; background: var(--mark); padding: .1rem .5rem;
  border-radius: .4rem }
"""
"""What pages have in common on which somebody fills in a form."""
FACTS_STYLE = """
dl { background: var(--box); border: 1px solid var(--line); border-radius: .75rem;
  padding: .25rem 1.25rem; margin: 1.25rem 0 }
dl div { padding: .6rem 0; border-top: 1px solid var(--line) }
dl div:first-child { border: 0 }
dt { color: var(--soft); font-size: .875rem }
dd { margin: 0; overflow-wrap: anywhere; user-select: all }
"""
"""How a list of facts looks, such as the account that money goes to."""


def guard(response: falcon.asgi.Response) -> None:
    """Let nobody keep a page, frame it, or learn its address."""
    response.set_headers(
        {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
    )


def say(
    response: falcon.asgi.Response,
    status: str,
    page: str,
    *,
    forms_to: str | None = None,
    images: bool = False,
) -> None:
    """Answer with a page that runs nothing, and loads nothing but `images` that stand in it.

    Its form leads here alone, or from here to `forms_to`, the origin of another site: browsers
    hold the redirect after a form to that as well.
    """
    response.status = status
    response.content_type = falcon.MEDIA_HTML
    response.set_header(
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'unsafe-inline'; {_IMAGES if images else ''}"
        "base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self'{f' {forms_to}' if forms_to else ''}",
    )
    response.text = page


def wanted(request: falcon.asgi.Request) -> bool:
    """Tell whether a browser asks: it names text/html, and programs do not."""
    return "text/html" in (request.get_header("Accept") or "")


def shown(reply: Reply, page: Callable[[str], str]) -> Reply:
    """Return a reply as a page; who has no key is asked for one as the user name."""
    headers = reply.headers | {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept",
    }
    if reply.status == _UNKNOWN:
        headers["WWW-Authenticate"] = 'Basic realm="Bezant: an API key as the user name"'
    return reply._replace(body=page(reply.body), headers=headers, media_type=falcon.MEDIA_HTML)
