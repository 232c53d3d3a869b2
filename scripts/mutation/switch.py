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


def install() -> None:
    """Let the mutants that are imported from now on hear this switch."""
    trampoline.wrap_in_trampoline = _wrap


def turn_on(mutant: str) -> None:
    """Let this mutant take the place of its function."""
    global _module, _name
    _module, _, _name = mutant.rpartition(".")


def reached() -> set[str]:
    """The functions that were called since the last time this was asked."""
    found = set(_reached)
    _reached.clear()
    return found


def _wrap(
    mutants: Mapping[str, Callable[..., Any]], is_classmethod: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def switched(function: Callable[..., Any]) -> Callable[..., Any]:
        module = function.__module__

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            itself = mutants["_mutmut_orig"]
            _reached.add(f"{module}.{itself.__name__.partition('__mutmut_')[0]}")
            chosen = mutants.get(_name, itself) if module == _module else itself
            if is_classmethod:
                return getattr(args[0], chosen.__name__)(*args[1:], **kwargs)
            return chosen(*args, **kwargs)

        return call

    return switched
