"""Reading rule and policy files strictly: every key known, every value of its type, or nothing.

A rule that was mistyped and silently ignored is a rule that does not fire at the bedside, so a
table must be used up to its last key (``finish``).
"""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from math import isfinite
from typing import Any, NoReturn


class RuleFileError(ValueError):
    """A rule or policy file cannot be trusted; the message names file, key and remedy."""


class RuleTable:
    """One table of a rule file; remembers what was read so that nothing is left over."""

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        """``where`` is the file and table as an author would look it up."""
        self._left = dict(content)
        self._where = where

    def text(self, key: str) -> str:
        """A non-empty text."""
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"{key} must be a text that is not empty")
        return value

    def optional_text(self, key: str) -> str | None:
        """A text, or None where the key is absent."""
        return self.text(key) if key in self._left else None

    def number(self, key: str, *, low: float, high: float) -> float:
        """A finite number in the closed range from ``low`` to ``high``."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            self.refuse(f"{key} must be a number")
        if not low <= value <= high:
            self.refuse(f"{key} must lie between {low:g} and {high:g}")
        return float(value)

    def integer(self, key: str, *, low: int, high: int) -> int:
        """A whole number in the closed range."""
        value = self.number(key, low=low, high=high)
        if value != int(value):
            self.refuse(f"{key} must be a whole number")
        return int(value)

    def flag(self, key: str) -> bool:
        """True, or False where the key is absent."""
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            self.refuse(f"{key} must be true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(f"{key} must be a list of texts")
        return tuple(value)

    def integers(self, key: str, *, low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers in the closed range."""
        value = self._take(key)
        if not isinstance(value, list) or not all(
            isinstance(item, int) and not isinstance(item, bool) and low <= item <= high
            for item in value
        ):
            self.refuse(f"{key} must be a list of whole numbers from {low} to {high}")
        return tuple(value)

    def table(self, key: str) -> "RuleTable":
        """A table below this one."""
        value = self._take(key)
        if not isinstance(value, Mapping):
            self.refuse(f"{key} must be a table")
        return RuleTable(value, f"{self._where}, {key}")

    def rows(self, key: str) -> list["RuleTable"]:
        """A list of tables, possibly empty."""
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            self.refuse(f"{key} must be a list of tables")
        return [RuleTable(item, f"{self._where}, {key} {n}") for n, item in enumerate(value, 1)]

    def has(self, key: str) -> bool:
        """Whether an optional key is there."""
        return key in self._left

    def keys(self) -> Iterator[str]:
        """The keys not read yet."""
        return iter(tuple(self._left))

    def finish(self) -> None:
        """Refuse the table when a key was not understood."""
        if self._left:
            self.refuse(f"unknown key {', '.join(sorted(self._left))}; correct or remove it")

    def refuse(self, reason: str) -> NoReturn:
        """Refuse the whole file for a fault in this table; raises ``RuleFileError``."""
        message = f"{self._where}: {reason}."
        raise RuleFileError(message)

    def _take(self, key: str) -> Any:
        if key not in self._left:
            self.refuse(f"{key} is missing; add it")
        return self._left.pop(key)


def read_packaged(name: str) -> dict[str, Any]:
    """The content of a packaged rule file, such as ``news2.toml``."""
    text = files("monitoring.clinical").joinpath("rules", name).read_bytes()
    return tomllib.loads(text.decode())
