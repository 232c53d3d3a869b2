"""Health for machines: alive, and ready. Neither says anything of a patient."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from db.engine import Store
from db.revision import head_revision, schema_revision
from monitoring.services import liveness
from monitoring.services.not_judged import in_words, not_judged_now

# Whoever asks whether the process lives has an answer in time, whatever became of the store.
_ANSWER_WITHIN_S = 1.0
JUDGED = "judged"

log = logging.getLogger(__name__)


def health_routes(store: Callable[[], Store]) -> Sequence[Route]:
    """``/healthz``: the process answers. ``/readyz``: store, schema and watcher are in order.

    Both tell of patients who are not judged, and neither fails for it: to start a process anew, or
    to send nobody to it, would take the board from all the others.
    """
    one_at_a_time = anyio.CapacityLimiter(1)

    async def healthz(request: Request) -> Response:
        told = "alive"
        with anyio.move_on_after(_ANSWER_WITHIN_S):
            found = await anyio.to_thread.run_sync(
                lambda: _judged(store()), abandon_on_cancel=True, limiter=one_at_a_time
            )
            told = told if found == "ok" else f"alive\n{found}"
        return PlainTextResponse(told)

    async def readyz(request: Request) -> Response:
        found = await anyio.to_thread.run_sync(lambda: readiness(store(), now=datetime.now(UTC)))
        ready = all(word == "ok" for what, word in found.items() if what != JUDGED)
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
        JUDGED: _judged(store),
    }


def _judged(store: Store) -> str:
    try:
        found = not_judged_now(store)
    except Exception:
        log.exception("The store cannot be read.")
        return "The store cannot be read. Run 'stormwatch doctor'."
    return in_words(found) if found else "ok"
