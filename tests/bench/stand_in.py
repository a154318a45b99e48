"""A stand-in for localstripe: answers every POST with 200 and an object that has an id."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = b'{"id": "obj_1"}'


class Handler(BaseHTTPRequestHandler):
    """Reads a form and answers; connections stay open."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        """Say nothing."""


if __name__ == "__main__":
    assert sys.argv[1] == "--port"
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
