"""The FastAPI app that every HTTP face starts from: problems, request ids, health, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI

from wiredesk_core.web.health import Check, Stuck, health_routes
from wiredesk_core.web.problems import install_problems
from wiredesk_core.web.request_ids import RequestIds


def web_app(
    *,
    service: str,
    title: str,
    version: str,
    description: str,
    checks: Mapping[str, Check],
    stuck: Stuck = lambda _now: None,
) -> FastAPI:
    """An app with nothing but its health; the interactive pages are off because they load code from a CDN."""
    app = FastAPI(
        title=title, version=version, description=description, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    install_problems(app)
    app.add_middleware(RequestIds, service=service)
    app.include_router(health_routes(checks, stuck=stuck))
    return app
