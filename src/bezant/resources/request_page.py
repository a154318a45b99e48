"""The page of a request: what its JSON says, for somebody with a browser."""

import json
from datetime import UTC, datetime
from html import escape
from typing import Any

import msgspec

from bezant.api.web_page import STYLE

_REFUSED, _BROKEN = 400, 500
_FACTS = (
    ("Id", "id"),
    ("Account", "account"),
    ("Key", "key"),
    ("Idempotency key", "idempotency_key"),
    ("Operation", "operation"),
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Bezant</title>
<style>{style}
.line {{ font: 600 1.25rem/1.4 ui-monospace, monospace; margin: 0 0 .25rem;
  overflow-wrap: anywhere }}
.soft {{ color: var(--soft); margin: 0 0 1.5rem }}
.status {{ font-weight: 600; padding: .1rem .5rem; border-radius: .375rem;
  border: 1px solid currentColor; margin-right: .5rem }}
.good {{ color: var(--good) }} .warn {{ color: var(--warn) }} .bad {{ color: var(--bad) }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem;
  border-top: 1px solid var(--line); padding-top: 1rem; margin: 0 0 1rem }}
dt {{ color: var(--soft) }}
dd {{ margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace;
  font-size: .9375rem }}
h2 {{ font-size: 1rem; margin: 1.5rem 0 .5rem }}
pre {{ background: var(--box); border: 1px solid var(--line); border-radius: .5rem;
  padding: .875rem 1rem; overflow-x: auto; font-size: .875rem; line-height: 1.5; margin: 0 }}
.told {{ border-left: 3px solid currentColor; padding-left: .875rem; margin: 0 0 1.5rem }}
.told p {{ margin: 0; color: CanvasText }}
ul {{ margin: 0; padding: 0; list-style: none; font-family: ui-monospace, monospace;
  font-size: .9375rem; overflow-wrap: anywhere }}
@media (max-width: 32rem) {{ dl {{ grid-template-columns: 1fr }} dd {{ margin-bottom: .5rem }} }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def page(body: str) -> str:
    """Return the HTML of a logged request, or of the error that came in its place."""
    told: dict[str, Any] = msgspec.json.decode(body)
    if "error" in told:
        content = f"<h1>No request to show</h1>\n{_error(told, 'warn')}"
        return _PAGE.format(title="Request", style=STYLE, body=content)
    title = escape(f"{told['method']} {told['path']}")
    return _PAGE.format(title=title, style=STYLE, body=_content(told))


def _content(told: dict[str, Any]) -> str:
    status = int(told["status"])
    look = "bad" if status >= _BROKEN else "warn" if status >= _REFUSED else "good"
    moment = datetime.fromtimestamp(told["created"], UTC)
    mode = "live mode" if told["livemode"] else "test mode"
    asked = f"{escape(told['method'])} {escape(told['path'])}"
    taken = f"{told['duration_micros'] / 1000:,.1f} ms"
    parts = [
        f'<p class="line"><span class="status {look}">{status}</span>{asked}</p>',
        f'<p class="soft">{moment:%Y-%m-%d %H:%M:%S} UTC · {taken} · {mode}</p>',
    ]
    answer = told["answer"]
    if status >= _REFUSED and answer is not None:
        parts.append(_error(answer, look))
    facts = [(name, told[field]) for name, field in _FACTS if told[field] is not None]
    rows = "".join(f"<dt>{name}</dt><dd>{escape(str(value))}</dd>" for name, value in facts)
    parts.append(f"<dl>{rows}</dl>")
    if told["objects"]:
        items = "".join(f"<li>{escape(name)}</li>" for name in told["objects"])
        parts.append(f"<h2>Objects</h2>\n<ul>{items}</ul>")
    parts += [_json("Parameters", told["parameters"]), _json("Answer", answer)]
    return "\n".join(part for part in parts if part)


def _error(told: dict[str, Any], look: str) -> str:
    error = told["error"]
    code = escape(error.get("code") or error["type"])
    name = f'<a href="{escape(error["doc_url"])}">{code}</a>' if "doc_url" in error else code
    about = f" · <code>{escape(error['param'])}</code>" if "param" in error else ""
    message = escape(error["message"])
    return f'<div class="told {look}"><code>{name}</code>{about}<p>{message}</p></div>'


def _json(title: str, value: Any) -> str:
    if value is None:
        return ""
    text = escape(json.dumps(value, indent=2, ensure_ascii=False))
    return f"<h2>{title}</h2>\n<pre>{text}</pre>"
