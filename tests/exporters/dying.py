"""A service that dies without a word while its page is looked at: `python -m tests.exporters.dying FD POLLS`."""

import os
import socket
import sys

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from exporters.prometheus import Metrics
from exporters.web import build
from exporters.words import words
from tests.exporters.network import troubled


class Mortal:
    """Passes requests on, and ends the process at the poll after `polls` of them."""

    def __init__(self, app: ASGIApp, polls: int) -> None:
        self.app = app
        self.left = polls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/live":
            if self.left == 0:
                os._exit(9)
            self.left -= 1
        await self.app(scope, receive, send)


if __name__ == "__main__":
    reader = troubled()
    app = Mortal(build(reader, Metrics(reader), words), int(sys.argv[2]))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
    server.run([socket.socket(fileno=int(sys.argv[1]))])
