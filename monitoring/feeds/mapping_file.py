"""Column mappings as TOML files, checked when they are read.

They fail closed: an unknown key, concept, unit, code or time zone is an error that names it.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.units import conversion
from monitoring.feeds.mapping import (
    ROLES,
    Clock,
    ClockKind,
    FileMapping,
    Layout,
    NameRule,
    TherapyRule,
    folded,
)
from monitoring.feeds.problems import FeedError


@cache
def packaged_mappings() -> tuple[FileMapping, ...]:
    """The mappings that come with Stormwatch, by identifier."""
    folder = files("monitoring.feeds").joinpath("mappings")
    entries = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(
        parse_mapping(entry.name.removesuffix(".toml"), entry.read_text(encoding="utf-8"))
        for entry in sorted(entries, key=lambda entry: entry.name)
    )


def read_mapping(path: Path) -> FileMapping:
    """A mapping that a person wrote; raises ``FeedError`` with what to correct."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The mapping {path.name} cannot be read: {type(error).__name__}. Check the path."
        raise FeedError(message) from error
    return parse_mapping(path.stem, text)


_KEYS = frozenset(
    (
        *("title", "layout", "identifier_system", "patient_label", "patient_from", "required"),
        *("absent", "refusal", "columns", "sexes", "clock", "encounter", "therapy", "not_used"),
        *("names", "every_concept"),
    )
)


def parse_mapping(mapping_id: str, text: str) -> FileMapping:
    """Read and check one mapping; raises ``FeedError`` that names the faulty key."""
    try:
        document = tomllib.loads(text)
        return _build(mapping_id, document)
    except tomllib.TOMLDecodeError as error:
        message = f"The mapping {mapping_id} is not valid TOML: {error}."
        raise FeedError(message) from error
    except KeyError as error:
        message = f"The mapping {mapping_id} lacks the key {error}. See docs/import-mappings.md."
        raise FeedError(message) from error
    except (TypeError, ValueError, AttributeError) as error:
        message = f"The mapping {mapping_id} has a wrong entry: {error}."
        raise FeedError(message) from error


def _build(mapping_id: str, document: dict[str, Any]) -> FileMapping:
    _refuse_unknown(mapping_id, "the mapping", document, _KEYS)
    layout = Layout(document["layout"])
    refused = layout is Layout.REFUSED
    columns = document.get("columns", {})
    _refuse_unknown(mapping_id, "[columns]", columns, frozenset(ROLES))
    encounter = {} if refused else document["encounter"]
    names = _names(mapping_id, document)
    if not refused and not names:
        message = f"The mapping {mapping_id} names no observation. Add a [names.…] table."
        raise FeedError(message)
    if document.get("patient_from", "file_name") != "file_name":
        message = f"The mapping {mapping_id}: patient_from can only be “file_name”."
        raise FeedError(message)
    return FileMapping(
        id=mapping_id,
        title=document["title"],
        layout=layout,
        required=tuple(document["required"]),
        columns=MappingProxyType({role: tuple(spelled) for role, spelled in columns.items()}),
        names=MappingProxyType(names),
        not_used=MappingProxyType(document.get("not_used", {})),
        clock=_clock(document["clock"]) if not refused else Clock(kind=ClockKind.CALENDAR),
        identifier_system=document["identifier_system"] if not refused else "",
        patient_label=document["patient_label"] if not refused else "",
        patient_from_file_name="patient_from" in document,
        absent=frozenset(document.get("absent", ())),
        sexes=MappingProxyType(document.get("sexes", {})),
        care_setting=_one_of(mapping_id, "care_setting", encounter, ("ward", "icu"), refused),
        treatments_charted=bool(encounter.get("treatments_charted", False)),
        therapy=TherapyRule(**document["therapy"]) if "therapy" in document else None,
        refusal=document["refusal"] if refused else None,
    )


def _one_of(
    mapping_id: str, key: str, table: dict[str, Any], allowed: tuple[str, ...], refused: bool
) -> str:
    if refused:
        return allowed[0]
    if table[key] not in allowed:
        message = f"The mapping {mapping_id}: {key} is one of {', '.join(allowed)}."
        raise FeedError(message)
    return str(table[key])


def _clock(table: dict[str, Any]) -> Clock:
    known = {**table, "kind": ClockKind(table["kind"]), "formats": tuple(table.get("formats", ()))}
    zone = table.get("time_zone")
    if zone is not None and zone not in available_timezones():
        message = f"the time zone {zone} is not known"
        raise ValueError(message)
    return Clock(**known)


def _names(mapping_id: str, document: dict[str, Any]) -> dict[str, NameRule]:
    names: dict[str, NameRule] = {}

    def add(spelling: str, rule: NameRule) -> None:
        if folded(spelling) in names:
            message = f"The mapping {mapping_id} explains the name “{spelling}” twice."
            raise FeedError(message)
        names[folded(spelling)] = rule

    every = document.get("every_concept", {})
    _refuse_unknown(mapping_id, "[every_concept]", every, frozenset(("by_code", "by_loinc")))
    for concept in CONCEPTS.values() if every else ():
        rule = NameRule(name=concept.code, concept=concept.code)
        if every.get("by_code"):
            add(concept.code, rule)
        if every.get("by_loinc") and concept.loinc is not None:
            add(concept.loinc, rule)
    for name, table in document.get("names", {}).items():
        also = table.pop("also", [])
        rule = NameRule(name=name, **table)
        _check_rule(mapping_id, rule)
        for spelling in (name, *also):
            add(spelling, rule)
    return names


def _check_rule(mapping_id: str, rule: NameRule) -> None:
    concept = CONCEPTS.get(rule.concept)
    if concept is None:
        message = f"The mapping {mapping_id}: {rule.name} names an unknown concept {rule.concept}."
        raise FeedError(message)
    if rule.unit is not None and conversion(rule.concept, rule.unit) is None:
        message = f"The mapping {mapping_id}: {rule.name} cannot be in {rule.unit}."
        raise FeedError(message)
    unknown = sorted(set(rule.values.values()) - set(concept.codes))
    if unknown:
        message = f"The mapping {mapping_id}: {rule.name} has no code {', '.join(unknown)}."
        raise FeedError(message)


def _refuse_unknown(
    mapping_id: str, where: str, table: Mapping[str, Any], known: frozenset[str]
) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        message = (
            f"The mapping {mapping_id} has unknown keys in {where}: {', '.join(unknown)}. "
            f"Known are {', '.join(sorted(known))}."
        )
        raise FeedError(message)
