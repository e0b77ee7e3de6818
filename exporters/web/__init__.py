"""The page, the JSON API and `/metrics` over HTTP. Wired by `app.build`; served by the collector."""

from exporters.web.app import build

__all__ = ["build"]
