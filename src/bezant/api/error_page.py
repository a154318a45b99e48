"""`/docs/errors`: the page that the `doc_url` of an error leads to."""

from functools import cache
from html import escape

import falcon
import falcon.asgi

from bezant.api.error_codes import ERROR_CODES

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error codes · Bezant</title>
<style>
:root {{
  color-scheme: light dark;
  --line: #d9dce3; --soft: #5b6475; --mark: #fff4d6; --key: #0b5cad
}}
@media (prefers-color-scheme: dark) {{
  :root {{ --line: #333a46; --soft: #9aa4b5; --mark: #3a3116; --key: #7ab8ff }}
}}
body {{
  font: 16px/1.6 system-ui, sans-serif;
  max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem
}}
h1 {{ font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem }}
header p {{ color: var(--soft); margin: 0 0 2rem }}
section {{ border-top: 1px solid var(--line); padding: 1.25rem .75rem; margin: 0 -.75rem }}
section:target {{ background: var(--mark); border-radius: .5rem }}
h2 {{ font: 600 1rem/1.4 ui-monospace, monospace; margin: 0 0 .5rem }}
h2 a {{ color: var(--key); text-decoration: none; overflow-wrap: anywhere }}
h2 a:hover, h2 a:focus-visible {{ text-decoration: underline }}
section p {{ margin: 0 0 .25rem }}
section p + p {{ color: var(--soft) }}
</style>
</head>
<body>
<header>
<h1>Error codes</h1>
<p>An error tells its <code>code</code>, what went wrong in <code>message</code> and, where it is
about a parameter, which one in <code>param</code>. <code>request_log_url</code> leads to the
request itself.</p>
</header>
<main>
{sections}
</main>
</body>
</html>
"""

_SECTION = """<section id="{code}">
<h2><a href="#{code}">{code}</a></h2>
<p>{meaning}</p>
<p>{remedy}</p>
</section>"""


@cache
def page() -> bytes:
    """Return the HTML of the whole table."""
    sections = "\n".join(
        _SECTION.format(
            code=escape(each.code), meaning=escape(each.meaning), remedy=escape(each.remedy)
        )
        for each in ERROR_CODES
    )
    return _PAGE.format(sections=sections).encode()


class ErrorPage:
    """Serves the page, to anybody."""

    async def on_get(self, _request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Send the HTML, which loads nothing and runs nothing."""
        response.content_type = falcon.MEDIA_HTML
        response.set_header(
            "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"
        )
        response.data = page()
