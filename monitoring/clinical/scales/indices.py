"""EASIX and its kin, shock index, MAP and pulse pressure as scales that can be asked.

A missing value leaves an index empty and is named; platelets of 0 make EASIX undefined, which is
said and is no number. Clinical reference, sections 5.1 and 5.3.
"""

from collections.abc import Callable, Mapping, Sequence
from math import isnan
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.pressure import mean_pressure_mmhg
from monitoring.clinical.scales.answer import Answer, Finding, Scale
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.quantities import QUANTITIES, disagreements, fields_of
from monitoring.clinical.scales.quotients import Level, Quotient, QuotientTable, load_quotients

Values = Mapping[str, NDArray[np.float64]]
_PRESSURES = ("sbp", "dbp", "map")
_MMHG = "mm[Hg]"
# 0.9 as a level must hold for 72 / 80.
_EPSILON = 1e-9


def easix() -> Scale:
    """EASIX, with s-EASIX and m-EASIX beside it (Luft 2017, Pennisi 2021)."""
    return _easix("easix", "easix")


def s_easix() -> Scale:
    """Simplified EASIX, with its kin beside it (Pennisi 2021)."""
    return _easix("s-easix", "s_easix")


def m_easix() -> Scale:
    """Modified EASIX, with CRP in mg/dL, with its kin beside it (Pennisi 2021)."""
    return _easix("m-easix", "m_easix")


def _easix(name: str, main: str) -> Scale:
    table = load_quotients("easix.toml")
    needed = {term.quantity: term.unit for one in table.quotients.values() for term in one.terms}

    def of_columns(columns: Columns) -> Sequence[Answer]:
        values = {name: QUANTITIES[name].read(columns, unit) for name, unit in needed.items()}
        return _answers(table, main, columns, values)

    return _scale(name, table, main, tuple(needed), of_columns)


def shock_index() -> Scale:
    """Heart rate over systolic pressure, with MAP and pulse pressure beside it (Allgower 1967)."""
    table = load_quotients("shock_index.toml")

    def of_columns(columns: Columns) -> Sequence[Answer]:
        values = {**_pressures(columns), "hr": QUANTITIES["hr"].read(columns, "/min")}
        beside = {"map_mmhg": values["map"], "pulse_pressure_mmhg": values["pulse_pressure"]}
        return _answers(table, "shock_index", columns, values, beside)

    quantities = ("hr", *_PRESSURES)
    return _scale("shock-index", table, "shock_index", quantities, of_columns, _diastolic_too_high)


def mean_pressure() -> Scale:
    """MAP in mmHg, as measured, else by the formula; pulse pressure beside it (section 5.1)."""
    source = "Clinical reference 5.1: DBP + (SBP - DBP) / 3, a measured MAP before it"

    def answer(columns: Columns, values: Values, place: int) -> Answer:
        mean, pulse = (_or_none(float(values[one][place])) for one in ("map", "pulse_pressure"))
        given = columns.given(place, ("sbp", "dbp", "map_mmhg"))
        parts = {"map_mmhg": mean, "pulse_pressure_mmhg": pulse}
        if mean is None:
            missing = tuple(name for name in ("sbp", "dbp") if name not in given)
            said = f"No MAP without {' and '.join(missing)}, or a measured map_mmhg."
            return Answer(value=None, reason=said, missing=missing, parts=parts)
        how = "as measured" if "map_mmhg" in given else "by the formula"
        found = Finding(id="map", label=f"MAP {how}", weight=mean, inputs=given, source=source)
        said = f"MAP {mean:.1f} mmHg {how}."
        return Answer(value=mean, reason=said, evidence=(found,), parts=parts)

    def of_columns(columns: Columns) -> Sequence[Answer]:
        values = _pressures(columns)
        return [answer(columns, values, place) for place in range(columns.n)]

    return Scale(
        id="map",
        title="Mean arterial pressure",
        version="map@1",
        answers="total",
        source=source,
        fields=fields_of(_PRESSURES),
        of_columns=of_columns,
        check=_diastolic_too_high,
    )


def _scale(
    name: str,
    table: QuotientTable,
    main: str,
    quantities: Sequence[str],
    of_columns: Callable[[Columns], Sequence[Answer]],
    check: Callable[[Columns], Mapping[int, str]] = lambda _: {},
) -> Scale:
    return Scale(
        id=name,
        title=table.quotients[main].title,
        version=table.id,
        answers="total",
        source=table.quotients[main].source,
        fields=fields_of(quantities),
        of_columns=of_columns,
        check=lambda columns: {**disagreements(quantities, columns), **check(columns)},
    )


def _pressures(columns: Columns) -> dict[str, NDArray[np.float64]]:
    """Systolic, mean (as measured, else by the formula) and pulse pressure in mmHg."""
    systolic, diastolic, measured = (QUANTITIES[one].read(columns, _MMHG) for one in _PRESSURES)
    formula = mean_pressure_mmhg(systolic_mmhg=systolic, diastolic_mmhg=diastolic)
    return {
        "sbp": systolic,
        "map": np.where(np.isnan(measured), formula, measured),
        "pulse_pressure": systolic - diastolic,
    }


def _diastolic_too_high(columns: Columns) -> dict[int, str]:
    systolic, diastolic = columns.number["sbp"], columns.number["dbp"]
    message = "dbp is not below sbp. Check both: no mean pressure follows from them."
    return dict.fromkeys(np.flatnonzero(diastolic >= systolic).tolist(), message)


def _answers(
    table: QuotientTable,
    main: str,
    columns: Columns,
    values: Values,
    beside: Values = MappingProxyType({}),
) -> list[Answer]:
    """The answer to each record: index ``main``, with its kin and ``beside`` as parts."""
    parts: dict[str, NDArray[np.float64]] = {}
    for one in table.quotients.values():
        parts[one.id] = one.of(values)
        if table.report_log2:
            positive = np.where(parts[one.id] > 0, parts[one.id], np.nan)
            parts[f"log2_{one.id}"] = np.log2(positive)
    parts |= beside
    index = table.quotients[main]
    rows = {name: [_or_none(one) for one in column.tolist()] for name, column in parts.items()}
    return [
        _answer(index, columns, values, {name: row[place] for name, row in rows.items()}, place)
        for place in range(columns.n)
    ]


def _answer(
    index: Quotient,
    columns: Columns,
    values: Values,
    parts: Mapping[str, float | None],
    place: int,
) -> Answer:
    missing = tuple(
        QUANTITIES[term.quantity].asked_in(term.unit)
        for term in index.terms
        if np.isnan(values[term.quantity][place])
    )
    value = parts[index.id]
    if value is None:
        divisor = QUANTITIES[index.divide.quantity].label
        undefined = values[index.divide.quantity][place] == 0
        said = f"No {index.title} without {', '.join(missing)}."
        if undefined:
            said = f"{index.title} is undefined, because it would divide by 0 ({divisor})."
        flags = ("undefined",) if undefined else ()
        return Answer(value=None, reason=said, flags=flags, missing=missing, parts=parts)
    names = [QUANTITIES[term.quantity].label for term in index.multiply]
    formula = f"{' x '.join(names)} / {QUANTITIES[index.divide.quantity].label}"
    reached = [level for level in index.levels if value >= level.at_least - _EPSILON]
    log2 = parts.get(f"log2_{index.id}")
    said = f"{index.title} {value:.2f}" + (f" (log2 {log2:.2f})" if log2 is not None else "")
    given = [name for term in index.terms for name in QUANTITIES[term.quantity].field_names]
    return Answer(
        value=value,
        reason=" ".join([f"{said}: {formula}.", *(_said(level) for level in reached[-1:])]),
        evidence=(
            Finding(
                id=index.id,
                label=formula,
                weight=value,
                inputs=columns.given(place, given),
                source=index.source,
            ),
        ),
        flags=tuple(level.flag for level in reached),
        parts=parts,
    )


def _said(level: Level) -> str:
    return f"{level.flag.capitalize()} from {level.at_least:g} ({level.source})."


def _or_none(number: float) -> float | None:
    return None if isnan(number) else number
