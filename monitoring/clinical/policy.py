"""Local policy as typed data: limits, windows, frequencies, priorities, escalation.

The packaged defaults ([D] of the clinical reference) stand in ``rules/alerts.toml`` and
``rules/frequencies.toml``. A ward or a patient may override single values; the policy's ``id``
changes with every override, so an old conclusion names the limits it was made with.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from monitoring.clinical.policy_reader import parse_policy
from monitoring.clinical.policy_types import PROBLEMS, STATES, Policy, Schedule
from monitoring.clinical.rule_file import RuleFileError, read_packaged

__all__ = ["PROBLEMS", "STATES", "Policy", "Schedule", "load_policy"]


# What may be overridden, and the list of frequencies.toml that holds it.
_FREQUENCIES = {"frequencies": "state", "ice_frequencies": "ice"}
_LABORATORY = "laboratory"
_LIMITS = "limits"


def packaged_limits() -> dict[str, Any]:
    """The packaged policy whole, as its files say it, for a store to keep: plain JSON.

    An old conclusion names its policy; once a release has other limits, only the store still knows
    what that one was.
    """
    return {name: read_packaged(f"{name}.toml") for name in ("alerts", "frequencies", "laboratory")}


def load_policy(overrides: Mapping[str, Any] | None = None) -> Policy:
    """The packaged policy with ``overrides`` laid over it.

    ``overrides`` has the shape of the files: ``{"hypoxia": {"spo2_percent": 90.0}}``, frequencies
    under ``{"frequencies": {"grade_2": 30.0}}`` in minutes, those of ICE under
    ``ice_frequencies``, the tables of laboratory.toml under ``laboratory``, in it the limits of
    normal by concept: ``{"laboratory": {"limits": {"creatinine": {"upper": 106, "unit":
    "umol/L"}}}}``. Raises ``RuleFileError`` for a key
    that does not exist or a value out of its range: no misspelt limit is silently without effect.
    """
    return _build(json.dumps(overrides or {}, sort_keys=True, separators=(",", ":")))


@lru_cache(maxsize=256)
def _build(text: str) -> Policy:
    # Each set that is recorded asks for its policy: one that was read is not read again.
    overrides: dict[str, Any] = json.loads(text)
    alerts = read_packaged("alerts.toml")
    frequencies = read_packaged("frequencies.toml")
    laboratory = read_packaged("laboratory.toml")
    apart = (*_FREQUENCIES, _LABORATORY)
    changes = {key: value for key, value in overrides.items() if key not in apart}
    _overlay(alerts, changes, "policy override", "alerts.toml")
    for key, rows in _FREQUENCIES.items():
        _overlay_frequencies(frequencies[rows], overrides.get(key, {}), key)
    _overlay_laboratory(laboratory, overrides.get(_LABORATORY, {}))
    versions = ".".join(str(one.get("version")) for one in (alerts, frequencies, laboratory))
    identity = f"stormwatch-policy@{versions}"
    if overrides:
        identity += f"+{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return parse_policy(identity, alerts, frequencies, laboratory)


def _overlay(base: dict[str, Any], changes: Mapping[str, Any], where: str, file: str) -> None:
    for key, value in changes.items():
        if key not in base or key in {"id", "version", "source"}:
            message = f"{where}: {key} cannot be overridden; see {file} for what can."
            raise RuleFileError(message)
        if isinstance(base[key], dict):
            if not isinstance(value, Mapping):
                message = f"{where}: {key} must be a table."
                raise RuleFileError(message)
            _overlay(base[key], value, f"{where}, {key}", file)
        else:
            base[key] = value


def _overlay_laboratory(base: dict[str, Any], changes: Any) -> None:
    """The laboratory's own tables; a limit of normal takes the place of the packaged one, whole."""
    where = f"policy override, {_LABORATORY}"
    if not isinstance(changes, Mapping):
        message = f"{where}: must be a table."
        raise RuleFileError(message)
    tables = {key: value for key, value in changes.items() if key != _LIMITS}
    if "limit" in tables:
        message = f"{where}: name limits of normal by test, as [{_LABORATORY}.{_LIMITS}.ferritin]."
        raise RuleFileError(message)
    _overlay(base, tables, where, "laboratory.toml")
    limits = changes.get(_LIMITS, {})
    if not isinstance(limits, Mapping) or not all(isinstance(v, Mapping) for v in limits.values()):
        message = f"{where}, {_LIMITS}: must be a table of tests, each a table of its limits."
        raise RuleFileError(message)
    rows = {row["concept"]: row for row in base["limit"]}
    for concept, row in limits.items():
        rows[concept] = {"source": "Local policy", **row, "concept": concept}
    base["limit"] = list(rows.values())


def _overlay_frequencies(base: list[dict[str, Any]], changes: Any, key: str) -> None:
    if not isinstance(changes, Mapping):
        message = f"policy override, {key}: must be a table of state and minutes."
        raise RuleFileError(message)
    rows = {row["when"]: row for row in base}
    for when, minutes in changes.items():
        if when not in rows:
            message = f"policy override, {key}: {when} is not a state; see frequencies.toml."
            raise RuleFileError(message)
        rows[when]["minutes"] = minutes
        rows[when]["label"] = f"{rows[when]['label'].partition(':')[0]}: every {minutes} min"
