"""Health for machines: alive, and ready. Neither says anything of a patient."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from db.engine import Store
from db.revision import head_revision, schema_revision
from monitoring.services import liveness

log = logging.getLogger(__name__)


def health_routes(store: Callable[[], Store]) -> Sequence[Route]:
    """``/healthz``: the process answers. ``/readyz``: store, schema and watcher are in order."""

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(request: Request) -> Response:
        found = await anyio.to_thread.run_sync(lambda: readiness(store(), now=datetime.now(UTC)))
        ready = all(word == "ok" for word in found.values())
        return JSONResponse(found, status_code=200 if ready else 503)

    return Route("/healthz", healthz), Route("/readyz", readyz)


def readiness(store: Store, *, now: datetime) -> Mapping[str, str]:
    """What this process needs to serve a ward: "ok", or what to do about it."""
    try:
        revision = schema_revision(store)
        if revision != head_revision():
            return {"store": "ok", "schema": "Run 'stormwatch init' to bring the store up to date."}
        pulses = liveness.pulses(store, now=now)
    except Exception:
        # Whatever a store may raise, the balancer needs an answer and the log the reason.
        log.exception("The store cannot be read.")
        return {"store": "The store cannot be read. Run 'stormwatch doctor'."}
    watching = any(p.kind == liveness.WATCHER and not p.is_silent for p in pulses)
    return {
        "store": "ok",
        "schema": "ok",
        "watcher": "ok" if watching else "No watcher beats. Start 'stormwatch watch'.",
    }
