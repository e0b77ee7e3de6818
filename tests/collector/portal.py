"""A portal for tests of the service: a login page that is broken as long as a file says so; no tests here."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Portal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        broken = Path(sys.argv[2]).exists()
        content = "" if broken else "<h1>请登录</h1>"
        self.send_response(500 if broken else 200)
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


if __name__ == "__main__":
    with ThreadingHTTPServer((sys.argv[1], 8000), Portal) as server:
        print("ready", flush=True)
        server.serve_forever()
