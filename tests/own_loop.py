"""Waiting for a coroutine in a test that is none itself."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def awaited(answer: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns, from an event loop in a thread of its own.

    A browser test of the same worker may keep a loop running in this thread.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer).result()
