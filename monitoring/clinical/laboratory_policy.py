"""Local policy on laboratory values as typed data: limits of normal, validity, what rises rapidly.

The packaged defaults ([D] of the clinical reference) stand in ``rules/laboratory.toml``. A ward's
laboratory has limits of its own: local policy overrides single limits (``policy.load_policy``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from monitoring.clinical.concepts import CONCEPTS, Category
from monitoring.clinical.rule_file import RuleTable, read_packaged
from monitoring.clinical.units import Conversion, conversion, known_units, ucum

# Of FHIR's AdministrativeGender those for which laboratories print limits of their own.
SEXES = ("female", "male")
_US_PER_H = 3_600_000_000
_US_PER_MIN = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalRange:
    """A laboratory's limits of normal in the concept's unit; None where it has none that side.

    They hold from ``from_years`` of age on; None holds for everybody. ``by_sex`` are those of one
    administrative sex (FHIR AdministrativeGender), each whole in the place of these.
    """

    lower: float | None
    upper: float | None
    from_years: float | None
    source: str
    by_sex: Mapping[str, "NormalRange"] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutropenicFeverPolicy:
    """Windows of the neutropenic-fever clock, in microseconds."""

    sustained_gap_us: int
    same_fever_us: int
    antibiotics_within_us: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaboratoryPolicy:
    """How laboratory values are read over time; durations in microseconds.

    A value older than ``valid_us`` is no longer known. It rises rapidly when it grew by
    ``rapid_factor`` between two tests at most ``rapid_within_us`` apart.
    """

    id: str
    valid_us: int
    rapid_factor: float
    rapid_within_us: int
    blockade_agents: frozenset[str]
    blockade_us: int
    most_common_from: int
    ferritin_very_high_ng_ml: float
    neutropenic_fever: NeutropenicFeverPolicy
    normal: Mapping[str, NormalRange]

    def normal_at(
        self, concept: str, age_years: float | None, sex: str | None
    ) -> NormalRange | None:
        """The limits of normal of a test for a person; None where they are not known.

        An age that is not known reaches no limit by age. A sex that is not known, or has no limits
        of its own, has those of everybody; where there are none, nobody's are taken for them.
        """
        limits = self.normal.get(concept)
        if limits is None:
            return None
        if limits.from_years is not None and (age_years is None or age_years < limits.from_years):
            return None
        own = limits.by_sex.get(sex or "", limits)
        return None if own.lower is None and own.upper is None else own


@cache
def load_laboratory_policy() -> LaboratoryPolicy:
    """The packaged policy, read once a process; raises ``RuleFileError`` when it is in doubt."""
    return parse_laboratory_policy(read_packaged("laboratory.toml"))


def parse_laboratory_policy(content: Mapping[str, Any]) -> LaboratoryPolicy:
    """The policy from the content of its file; raises ``RuleFileError``."""
    table = RuleTable(content, "laboratory.toml")
    validity, rapid = table.table("validity"), table.table("rapid_rise")
    blockade, watch = table.table("receptor_blockade"), table.table("iec_hs")
    clock = table.table("neutropenic_fever")
    policy = LaboratoryPolicy(
        id=f"{table.text('id')}@{table.integer('version', low=1, high=9999)}",
        valid_us=_hours(validity, "hours"),
        rapid_factor=rapid.number("factor", low=1.05, high=100),
        rapid_within_us=_hours(rapid, "within_hours"),
        blockade_agents=frozenset(blockade.texts("agents")),
        blockade_us=_hours(blockade, "hours"),
        most_common_from=watch.integer("most_common_from", low=1, high=4),
        ferritin_very_high_ng_ml=watch.number("ferritin_very_high_ng_ml", low=500, high=1e6),
        neutropenic_fever=NeutropenicFeverPolicy(
            sustained_gap_us=_hours(clock, "sustained_gap_hours"),
            same_fever_us=_hours(clock, "same_fever_hours"),
            antibiotics_within_us=int(
                clock.number("antibiotics_within_minutes", low=5, high=1440) * _US_PER_MIN
            ),
        ),
        normal=MappingProxyType(dict(_limit(row) for row in table.rows("limit"))),
    )
    for cited in (validity, rapid, blockade, watch, clock):
        cited.text("source")
        cited.finish()
    table.finish()
    return policy


def _hours(table: RuleTable, key: str) -> int:
    return int(table.number(key, low=0.25, high=2160) * _US_PER_H)


def _conversion(row: RuleTable, concept: str) -> Conversion:
    unit = row.text("unit")
    found = conversion(concept, ucum(unit) or unit)
    if found is None:
        row.refuse(f"{unit} is not a unit of {concept}; use {' or '.join(known_units(concept))}")
    return found


def _in_own_unit(limit: float, scale: Conversion) -> float:
    return float(scale.apply(Decimal(str(limit))))


def _limit(row: RuleTable) -> tuple[str, NormalRange]:
    concept = row.text("concept")
    if concept not in CONCEPTS or CONCEPTS[concept].category is not Category.LABORATORY:
        row.refuse(f"{concept} is not a laboratory concept of the dictionary")
    scale = _conversion(row, concept)
    from_years = row.number("from_years", low=0, high=120) if row.has("from_years") else None
    source = row.text("source")

    def sides(table: RuleTable) -> NormalRange:
        lower, upper = (
            _in_own_unit(table.number(key, low=0.001, high=1e6), scale) if table.has(key) else None
            for key in ("lower", "upper")
        )
        if lower is not None and upper is not None and lower >= upper:
            table.refuse("lower must lie below upper")
        return NormalRange(lower=lower, upper=upper, from_years=from_years, source=source)

    everybody = sides(row)
    by_sex = {}
    for sex in SEXES:
        if row.has(sex):
            own = row.table(sex)
            by_sex[sex] = sides(own)
            own.finish()
            if not _has_a_side(by_sex[sex]):
                own.refuse("needs lower or upper")
    row.finish()
    if not by_sex and not _has_a_side(everybody):
        row.refuse("needs lower or upper")
    return concept, replace(everybody, by_sex=MappingProxyType(by_sex))


def _has_a_side(limits: NormalRange) -> bool:
    return limits.lower is not None or limits.upper is not None
