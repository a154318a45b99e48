"""A proxy that answers some requests itself, badly, before it lets the same ones through."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

PASSED_ON = ("Authorization", "Content-Type", "Idempotency-Key", "Stripe-Account", "Stripe-Version")
PASSED_BACK = ("Content-Type", "Idempotent-Replayed", "Request-Id", "Stripe-Should-Retry")


class Flaky:
    """`statuses` are its next answers; `"lost"` does what is asked and loses the answer."""

    def __init__(self, target):
        self.statuses = []
        self.keys = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                outer.keys.append(self.headers["Idempotency-Key"])
                self.pass_on()

            def pass_on(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                bad = outer.statuses.pop(0) if outer.statuses else None
                if isinstance(bad, int):
                    self.answer(bad, {"Content-Type": "application/json"}, b'{"error":{}}')
                    return
                headers = {name: self.headers[name] for name in PASSED_ON if self.headers[name]}
                got = httpx.request(
                    self.command, target + self.path, content=body, headers=headers, timeout=60
                )
                if bad == "lost":
                    self.close_connection = True
                    return
                back = {name: got.headers[name] for name in PASSED_BACK if name in got.headers}
                self.answer(got.status_code, back, got.content)

            do_GET = pass_on  # noqa: N815 -- the names are the library's
            do_DELETE = pass_on  # noqa: N815

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
