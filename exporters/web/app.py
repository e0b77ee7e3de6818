"""The HTTP application: routes and how each is answered. What is shown is in `view.py`, how in `templates/`."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from exporters import discovery
from exporters.prometheus import CONTENT_TYPE, Metrics
from exporters.reading import Overview, Reader
from exporters.status import collector, recent, status
from exporters.web.headers import SafeHeaders
from exporters.web.page import Page
from exporters.words import Say, chosen

HERE = Path(__file__).parent
A_YEAR = 365 * 86400
MOST_CHANGES = 1000


def build(reader: Reader, metrics: Metrics, words: Callable[[str], Say], zone: tzinfo = UTC) -> Starlette:
    """The application: the page, `/metrics`, `/healthz`, `/sd/…`, the API. `zone` is the reporting calendar's."""
    told = Told(reader, metrics, Page(words, zone), zone)
    return Starlette(
        routes=[
            Route("/", told.page),
            Route("/live", told.live),
            Route("/metrics", told.metrics),
            Route("/healthz", told.health),
            Route("/sd/linewalker", told.itself),
            Route("/sd/{kind}", told.targets),
            Route("/api/v1/status", told.status),
            Route("/api/v1/recent", told.recent),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        # Level 9 would take longer over 10,000 circuits than all the rest.
        middleware=[Middleware(SafeHeaders), Middleware(GZipMiddleware, compresslevel=2)],
    )


class Told:
    """The endpoints. They are plain functions, so Starlette runs each in a thread and none blocks another."""

    def __init__(self, reader: Reader, metrics: Metrics, page: Page, zone: tzinfo) -> None:
        self._reader = reader
        self._metrics = metrics
        self._page = page
        self._zone = zone
        # Many have the page open: what one overview looks like is written once in each language and filter.
        self._rendering = threading.Lock()
        self._shown: Overview | None = None
        self._texts: dict[tuple[str, str, str], str] = {}

    def page(self, request: Request) -> Response:
        """The whole page. A language asked for in the query is remembered in a cookie."""
        response = HTMLResponse(self._render("page.html", request))
        if asked := request.query_params.get("lang"):
            response.set_cookie("lang", chosen(asked), max_age=A_YEAR, samesite="lax", httponly=True)
        return response

    def live(self, request: Request) -> Response:
        """The part of the page that changes, for the script to put in place of the old one."""
        return HTMLResponse(self._render("live.html", request))

    def metrics(self, _request: Request) -> Response:
        """Prometheus text."""
        return Response(self._metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    def health(self, _request: Request) -> Response:
        """200 while the collector watches, else 503 with the problem."""
        now = self._reader.overview().collector
        # A balancer or a watchdog reads only the number; people read the problem beside it.
        return JSONResponse(collector(now, self._zone), 200 if now.watching else 503)

    def itself(self, request: Request) -> Response:
        """The service as a target for Prometheus, at the address where this question arrived."""
        # Not the Host header, which is what the asker says; and not `listen`, which may be every address.
        host, port = request.scope["server"]
        return JSONResponse(discovery.itself(host, port, self._reader.overview().collector))

    def targets(self, request: Request) -> Response:
        """The subjects of a kind as targets for Prometheus."""
        kind = request.path_params["kind"]
        if kind not in discovery.KINDS:
            return JSONResponse({"error": f"expected one of {', '.join(discovery.KINDS)}, linewalker"}, 404)
        return JSONResponse(discovery.groups(self._reader.overview(), kind))

    def status(self, _request: Request) -> Response:
        """What `linewalker status --json` prints."""
        return JSONResponse(status(self._reader.overview(), self._zone))

    def recent(self, request: Request) -> Response:
        """The newest recorded changes, `limit` of them (100)."""
        limit = _limit(request.query_params)
        if limit is None:
            return JSONResponse({"error": f"limit must be a number from 1 to {MOST_CHANGES}"}, 400)
        return JSONResponse({"changes": recent(self._reader.recent(limit), self._zone)})

    def _render(self, template: str, request: Request) -> str:
        query = request.query_params
        lang = chosen(query.get("lang") or request.cookies.get("lang"))
        wanted = query.get("q", "")[:100]
        with self._rendering:
            overview = self._reader.overview()
            if overview is not self._shown:
                self._shown, self._texts = overview, {}
            if (template, lang, wanted) not in self._texts:
                text = self._page.render(template, overview, self._reader.recent(30), lang, wanted)
                self._texts[template, lang, wanted] = text
            return self._texts[template, lang, wanted]


def _limit(query: Mapping[str, str]) -> int | None:
    text = query.get("limit", "100")
    # Checked by length first: int() of a very long number is slow, and refuses with an error of its own.
    return int(text) if text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST_CHANGES else None
