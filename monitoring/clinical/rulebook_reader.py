"""Reading the rule files into typed rules; a rule in doubt refuses the whole file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeVar

from monitoring.clinical.concepts import CONCEPTS, CONSCIOUSNESS, OXYGEN_DEVICES, OXYGEN_INDICATIONS
from monitoring.clinical.rule_file import RuleTable
from monitoring.clinical.rulebook_types import (
    Band,
    BandedParameter,
    ChildrenRule,
    ChoiceParameter,
    Criterion,
    CrsRules,
    News2Rules,
    OxygenDevice,
    RiskThreshold,
)
from monitoring.clinical.spelling import spelled

# What a criterion may rest on besides observations.
TREATMENT_INPUTS = frozenset({"fluid_bolus", "vasopressor"})
CRITERIA = (
    "fever",
    "hypotension_no_vasopressor",
    "one_vasopressor",
    "multiple_vasopressors",
    "low_flow_oxygen",
    "high_flow_oxygen",
    "positive_pressure",
)
HIGHEST_NEWS2_POINTS = 3
HIGHEST_SUGGESTED_GRADE = 4

_Parameter = TypeVar("_Parameter", BandedParameter, ChoiceParameter)


def parse_news2(content: Mapping[str, Any]) -> News2Rules:
    """NEWS2 from the content of its file; raises ``RuleFileError``."""
    table = RuleTable(content, "news2.toml")
    table.text("title")
    rules = News2Rules(
        id=f"{table.text('id')}@{table.integer('version', low=1, high=9999)}",
        lowest_age_years=table.number("lowest_age_years", low=0, high=120),
        banded=_by_name(table, [_banded(row) for row in table.rows("parameter")]),
        choices=_by_name(table, [_choice(row) for row in table.rows("choice")]),
        thresholds=tuple(_threshold(row) for row in table.rows("threshold")),
        source=table.text("source"),
    )
    table.finish()
    if set(rules.banded) != _NEWS2_BANDED:
        table.refuse(f"needs exactly the parameters {', '.join(sorted(_NEWS2_BANDED))}")
    if set(rules.choices) != {"supplemental_oxygen", "consciousness"}:
        table.refuse("needs the choices supplemental_oxygen and consciousness")
    if set(rules.choices["supplemental_oxygen"].points) != {"air", "oxygen"}:
        table.refuse("supplemental_oxygen needs a row for each of air and oxygen")
    if set(rules.choices["consciousness"].points) != set(CONSCIOUSNESS):
        table.refuse("consciousness needs a row for each of A, C, V, P and U")
    totals = [t.total_from for t in rules.thresholds if t.total_from is not None]
    if totals != sorted(totals, reverse=True) or totals[-1:] != [0]:
        table.refuse("thresholds must run from the highest total down to 0")
    if len(rules.thresholds) != len(totals) + 1:
        table.refuse("thresholds need one row without a total: a single parameter of 3")
    return rules


# What the columns score; SpO2 has a chart for each scale, and on scale 2 for air and for oxygen.
_NEWS2_BANDED = frozenset(
    {
        "respiratory_rate",
        "spo2_scale_1",
        "spo2_scale_2_on_air",
        "spo2_scale_2_on_oxygen",
        "systolic_bp",
        "heart_rate",
        "body_temperature",
    }
)


def _by_name(table: RuleTable, rows: Sequence[_Parameter]) -> Mapping[str, _Parameter]:
    found: dict[str, _Parameter] = {}
    for row in rows:
        if row.name in found:
            table.refuse(f"{row.name} has two rows; keep one")
        found[row.name] = row
    return MappingProxyType(found)


def _banded(row: RuleTable) -> BandedParameter:
    name = row.text("name")
    concept = row.text("concept")
    if concept not in CONCEPTS or CONCEPTS[concept].is_coded:
        row.refuse(f"{concept} is not a numeric concept of the dictionary")
    if row.text("unit") != CONCEPTS[concept].unit:
        row.refuse(f"the unit must be {CONCEPTS[concept].unit}, the concept's own")
    step = row.number("step", low=0.001, high=1000)
    bands = tuple(_band(band, step) for band in row.rows("bands"))
    for below, above in pairwise(bands):
        if below.high is None or above.low is None or above.low != below.high + 1:
            row.refuse(f"bands {below.text} and {above.text} leave a gap or overlap")
    if not bands or bands[0].low is not None or bands[-1].high is not None:
        row.refuse("bands must begin with <= and end with >= so that no value is left out")
    parameter = BandedParameter(
        name=name, concept=concept, step=step, bands=bands, source=row.text("source")
    )
    row.finish()
    return parameter


def _band(row: RuleTable, step: float) -> Band:
    text = row.text("range")
    points = row.integer("points", low=0, high=HIGHEST_NEWS2_POINTS)
    row.finish()
    if text.startswith("<= "):
        return Band(text=text, low=None, high=_steps(row, text[3:], step), points=points)
    if text.startswith(">= "):
        return Band(text=text, low=_steps(row, text[3:], step), high=None, points=points)
    low, dash, high = text.partition("-")
    if not dash:
        row.refuse(f"range {text} must read '<= x', 'x-y' or '>= y'")
    band = Band(text=text, low=_steps(row, low, step), high=_steps(row, high, step), points=points)
    if band.low is None or band.high is None or band.low > band.high:
        row.refuse(f"range {text} runs backwards")
    return band


def _steps(row: RuleTable, text: str, step: float) -> int:
    try:
        steps = float(text) / step
    except ValueError:
        row.refuse(f"{text} is not a number")
    if abs(steps - round(steps)) > 1e-6:
        row.refuse(f"{text} is finer than the chart's step of {step:g}")
    return round(steps)


def _choice(row: RuleTable) -> ChoiceParameter:
    name = row.text("name")
    concept = row.text("concept")
    if concept not in CONCEPTS:
        row.refuse(f"{concept} is not a concept of the dictionary")
    points: dict[str, int] = {}
    for option in row.rows("options"):
        said = option.text("option")
        if said in points:
            option.refuse(f"{said} has two rows; keep one")
        points[said] = option.integer("points", low=0, high=HIGHEST_NEWS2_POINTS)
        option.finish()
    choice = ChoiceParameter(
        name=name, concept=concept, points=MappingProxyType(points), source=row.text("source")
    )
    row.finish()
    return choice


def _threshold(row: RuleTable) -> RiskThreshold:
    single = row.flag("single_three")
    threshold = RiskThreshold(
        risk=row.text("risk"),
        total_from=None if single else row.integer("total_from", low=0, high=20),
        response=row.text("response"),
        source=row.text("source"),
    )
    row.finish()
    return threshold


def parse_crs(content: Mapping[str, Any]) -> CrsRules:
    """The ASTCT CRS grade from the content of its file; raises ``RuleFileError``."""
    table = RuleTable(content, "astct_crs.toml")
    table.text("title")
    fever = table.table("fever")
    timing = table.table("timing")
    oxygen = table.table("oxygen")
    vasopressors = table.table("vasopressors")
    groups = {
        group: _agents(vasopressors.rows(group)) for group in ("counted", "not_multiple", "noted")
    }
    agents = {name: own for names in groups.values() for name, own in names.items()}
    if len(agents) != sum(map(len, groups.values())):
        vasopressors.refuse("a drug stands in two groups; keep it in one")
    rules = CrsRules(
        id=f"{table.text('id')}@{table.integer('version', low=1, high=9999)}",
        criteria=tuple(_criterion(row) for row in table.rows("criterion")),
        fever_c=fever.number("threshold_c", low=37.0, high=40.0),
        waived_by=frozenset(fever.texts("waived_by")),
        usual_onset_days=timing.number("usual_onset_days", low=1, high=365),
        children=_children(table.table("children")),
        agents=MappingProxyType(agents),
        counted=frozenset(groups["counted"].values()),
        not_multiple=frozenset(groups["not_multiple"].values()),
        noted=frozenset(groups["noted"].values()),
        low_flow_to_lpm=oxygen.number("low_flow_to_lpm", low=0.1, high=60),
        not_for_hypoxia=frozenset(oxygen.texts("not_for_hypoxia")),
        devices=MappingProxyType({d.device: d for d in map(_device, table.rows("device"))}),
        unclear_devices=MappingProxyType(_unclear(table.rows("unclear_device"))),
        death=_death(table.table("death")),
        source=table.text("source"),
    )
    for cited, keys in (
        (fever, ("source", "waiver_source")),
        (timing, ("source",)),
        (oxygen, ("source", "reason_source")),
        (vasopressors, ("source",)),
    ):
        for key in keys:
            cited.text(key)
        cited.finish()
    table.finish()
    if tuple(c.id for c in rules.criteria) != CRITERIA:
        table.refuse(f"the criteria must be, in this order, {', '.join(CRITERIA)}")
    if set(rules.devices) != set(OXYGEN_DEVICES):
        table.refuse("every oxygen device of the dictionary needs exactly one row")
    names = [*rules.devices, *rules.unclear_devices]
    names += [name for device in rules.devices.values() for name in device.names]
    counted = Counter(map(spelled, names))
    if twice := sorted({name for name in names if counted[spelled(name)] > 1}):
        table.refuse(f"the device names {', '.join(twice)} stand for two things; keep one")
    if not rules.not_for_hypoxia < set(OXYGEN_INDICATIONS):
        table.refuse("not_for_hypoxia must name reasons of the dictionary, not all of them")
    return rules


def _criterion(row: RuleTable) -> Criterion:
    criterion = Criterion(
        id=row.text("id"),
        domain=row.text("domain"),
        grade=row.integer("grade", low=1, high=HIGHEST_SUGGESTED_GRADE),
        label=row.text("label"),
        inputs=row.texts("inputs"),
        would_be_met=row.text("would_be_met"),
        source=row.text("source"),
        would_end=row.text("would_end"),
        leaves=row.optional_text("leaves"),
    )
    row.finish()
    if criterion.leaves not in (None, *CRITERIA):
        row.refuse(f"leaves {criterion.leaves} is not a criterion")
    unknown = set(criterion.inputs) - set(CONCEPTS) - TREATMENT_INPUTS
    if unknown or not criterion.inputs:
        row.refuse(f"inputs {', '.join(sorted(unknown)) or '(none)'} are not known")
    return criterion


def _agents(rows: Sequence[RuleTable]) -> dict[str, str]:
    names: dict[str, str] = {}
    for row in rows:
        agent = row.text("agent")
        for name in (agent, *row.texts("names")):
            if name in names:
                row.refuse(f"{name} is listed twice")
            names[name] = agent
        row.finish()
    return names


def _children(table: RuleTable) -> ChildrenRule:
    mmhg = {"low": 20, "high": 150}
    rule = ChildrenRule(
        adult_from_years=table.number("adult_from_years", low=10, high=25),
        newborn_days=table.number("newborn_days", low=1, high=60),
        newborn_mmhg=table.number("newborn_mmhg", **mmhg),
        infant_mmhg=table.number("infant_mmhg", **mmhg),
        child_base_mmhg=table.number("child_base_mmhg", **mmhg),
        child_per_year_mmhg=table.number("child_per_year_mmhg", low=0, high=10),
        child_to_years=table.number("child_to_years", low=1, high=18),
        adolescent_mmhg=table.number("adolescent_mmhg", **mmhg),
        source=table.text("source"),
    )
    table.finish()
    return rule


def _death(row: RuleTable) -> Criterion:
    criterion = Criterion(
        id="death_due_to_crs",
        domain="death",
        grade=row.integer("grade", low=HIGHEST_SUGGESTED_GRADE + 1, high=5),
        label=row.text("label"),
        inputs=(),
        would_be_met="a clinician states death due to CRS",
        source=row.text("source"),
    )
    row.finish()
    return criterion


def _unclear(rows: Sequence[RuleTable]) -> dict[str, str]:
    advice: dict[str, str] = {}
    for row in rows:
        ask = row.text("ask")
        row.text("source")
        advice |= dict.fromkeys(row.texts("names"), ask)
        row.finish()
    return advice


def _device(row: RuleTable) -> OxygenDevice:
    by_flow, grades = row.table("class"), {"low": 0, "high": HIGHEST_SUGGESTED_GRADE}
    device = OxygenDevice(
        device=row.text("device"),
        label=row.text("label"),
        names=(*row.texts("names"), *(row.texts("snomed") if row.has("snomed") else ())),
        zero=by_flow.integer("zero", **grades),
        low=by_flow.integer("low", **grades),
        high=by_flow.integer("high", **grades),
        unknown=by_flow.integer("unknown", **grades),
        could_be=by_flow.integer("could_be", **grades) if by_flow.has("could_be") else None,
        low_note=row.optional_text("low_note"),
        source=row.text("source"),
    )
    by_flow.finish()
    row.finish()
    if not device.zero <= device.low <= device.high:
        row.refuse("more flow must not lower the class")
    return device
