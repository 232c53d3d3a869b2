"""The switch in every function of the rules: itself, or the mutant that is on.

Stands in for mutmut's own, which asks the environment at every call and so takes several times as
long as many a rule.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from mutmut.mutation import trampoline

_module = _name = ""
_reached: set[str] = set()
_remembered: set[str] = set()
_filled: list[object] = []


def install() -> None:
    """Let the mutants that are imported from now on hear this switch."""
    trampoline.wrap_in_trampoline = _wrap
    for name in ("cache", "lru_cache"):
        setattr(functools, name, _watched(getattr(functools, name)))


def turn_on(mutant: str) -> None:
    """Let this mutant take the place of its function."""
    global _module, _name
    _module, _, _name = mutant.rpartition(".")


def reached() -> set[str]:
    """The functions that were called since the last time this was asked."""
    found = set(_reached)
    _reached.clear()
    return found


def remembered() -> frozenset[str]:
    """The functions whose answer may stand in a cache: they were called while one was filled."""
    return frozenset(_remembered)


def _watched(decorator: Callable[..., Any]) -> Callable[..., Any]:
    """A cache that says when it is being filled."""

    def decorate(*args: Any, **kwargs: Any) -> Any:
        if args and callable(args[0]):
            return decorator(_filling(args[0]), *args[1:], **kwargs)
        kept = decorator(*args, **kwargs)
        return lambda function: kept(_filling(function))

    return decorate


def _filling(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def fill(*args: Any, **kwargs: Any) -> Any:
        _filled.append(function)
        try:
            return function(*args, **kwargs)
        finally:
            _filled.pop()

    return fill


def _wrap(
    mutants: Mapping[str, Callable[..., Any]], is_classmethod: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def switched(wrapped: Callable[..., Any]) -> Callable[..., Any]:
        module = wrapped.__module__

        @functools.wraps(wrapped)
        def call(*args: Any, **kwargs: Any) -> Any:
            itself = mutants["_mutmut_orig"]
            function = f"{module}.{itself.__name__.partition('__mutmut_')[0]}"
            _reached.add(function)
            if _filled:
                _remembered.add(function)
            chosen = mutants.get(_name, itself) if module == _module else itself
            if is_classmethod:
                return getattr(args[0], chosen.__name__)(*args[1:], **kwargs)
            return chosen(*args, **kwargs)

        return call

    return switched
