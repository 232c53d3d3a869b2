"""Health for machines: alive, and ready. Neither says anything of a patient."""

from collections.abc import Callable, Sequence

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from db.engine import Store
from db.migrate import head_revision, schema_revision
from monitoring.services import liveness


def health_routes(store: Callable[[], Store]) -> Sequence[Route]:
    """``/healthz``: the process answers. ``/readyz``: store, schema and watcher are in order."""

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(request: Request) -> Response:
        checks = await anyio.to_thread.run_sync(_checks, store)
        ready = all(check == "ok" for check in checks.values())
        return JSONResponse(checks, status_code=200 if ready else 503)

    return Route("/healthz", healthz), Route("/readyz", readyz)
