"""What scores measure, by name, and every field that may carry it: one value, several units.

A field's name says its unit (``crp_mg_l``); one value given in two units must agree, because a
disagreement is a unit error that no score may hide. Conversions are those of ``units``, as for
every value that is charted or imported.

Upper limits are local [D] and only there to catch a unit error: CRP 120 mg/dL is 120 mg/L. Unit
traps: clinical reference 5.3 and 8.4.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS, LARGEST_NUMBER
from monitoring.clinical.scales.fields import Columns, Field, FieldKind
from monitoring.clinical.units import conversion

# Two units of one value may differ by what rounding to two digits makes of them, and no more.
_AGREES_WITHIN = 0.05
_AGREES_WITHIN_C = 0.1
# Takes the binary noise off a converted value: 100.4 F is 38.0 C (rule C1).
_DECIMALS = 9
# Nothing can be counted in multiples of 0.
_LOWEST_REFERENCE = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """One field that may carry a quantity, in ``unit`` (UCUM), refused outside its range."""

    field: str
    unit: str
    lowest: float = 0.0
    highest: float = LARGEST_NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One measured thing and the fields that may carry it; the first is its usual one.

    ``concept`` gives the conversions; without one there is a single unit.
    """

    name: str
    label: str
    spellings: tuple[Spelling, ...]
    concept: str | None = None
    whole: bool = False

    @property
    def unit(self) -> str:
        """The unit that ``read`` answers in."""
        return self.spellings[0].unit if self.concept is None else CONCEPTS[self.concept].unit

    @property
    def field_names(self) -> tuple[str, ...]:
        """Every field that may carry it."""
        return tuple(one.field for one in self.spellings)

    def asked_in(self, unit: str) -> str:
        """The field to ask for when the value is missing, if possible in the paper's unit."""
        return next((one.field for one in self.spellings if one.unit == unit), self.field_names[0])

    def fields(self) -> tuple[Field, ...]:
        """What a scale that uses it asks for."""
        return tuple(
            Field(
                name=one.field,
                label=self.label,
                kind=FieldKind.NUMBER,
                unit=one.unit,
                lowest=one.lowest,
                highest=one.highest,
                whole=self.whole,
            )
            for one in self.spellings
        )

    def factor_and_offset(self, unit: str) -> tuple[float, float]:
        """``canonical = (sent - offset) * factor``; raises ``ValueError`` for a foreign unit."""
        if unit == self.unit:
            return 1.0, 0.0
        rule = None if self.concept is None else conversion(self.concept, unit)
        if rule is None:
            message = f"{self.name} is not known in {unit}."
            raise ValueError(message)
        return float(rule.numerator / rule.denominator), float(rule.offset)

    def read(self, columns: Columns, unit: str) -> NDArray[np.float64]:
        """The value of each record in ``unit``, float64 (n,), NaN where no field gives it."""
        found = np.full(columns.n, np.nan)
        # A value in the paper's own unit is not converted there and back.
        for spelling in sorted(self.spellings, key=lambda one: one.unit != unit):
            found = np.where(np.isnan(found), self._canonical(columns, spelling), found)
        factor, offset = self.factor_and_offset(unit)
        return np.round(found / factor + offset, _DECIMALS)

    def disagreements(self, columns: Columns) -> dict[int, str]:
        """By place, which two fields of one record give two different values."""
        said: dict[int, str] = {}
        for one, other in combinations(self.spellings, 2):
            values, others = self._canonical(columns, one), self._canonical(columns, other)
            if self.unit == "Cel":
                differs = np.abs(values - others) > _AGREES_WITHIN_C
            else:
                differs = np.abs(values - others) > _AGREES_WITHIN * np.maximum(values, others)
            for place in np.flatnonzero(differs).tolist():
                both = f"{one.field} and {other.field}"
                said[place] = f"{both} disagree. Give one of them, or correct the unit."
        return said

    def _canonical(self, columns: Columns, spelling: Spelling) -> NDArray[np.float64]:
        factor, offset = self.factor_and_offset(spelling.unit)
        return (columns.number[spelling.field] - offset) * factor


def disagreements(names: Iterable[str], columns: Columns) -> dict[int, str]:
    """By place, what is wrong with a record that gives one of these quantities twice."""
    said: dict[int, str] = {}
    for name in names:
        said |= QUANTITIES[name].disagreements(columns)
    return said


def fields_of(names: Iterable[str]) -> tuple[Field, ...]:
    """The fields of these quantities, each once, in the order given."""
    return tuple(one for name in dict.fromkeys(names) for one in QUANTITIES[name].fields())


def _plain(
    name: str, label: str, unit: str, *, lowest: float = 0.0, highest: float, whole: bool = False
) -> Quantity:
    one = Spelling(field=name, unit=unit, lowest=lowest, highest=highest)
    return Quantity(name=name, label=label, spellings=(one,), whole=whole)


def _vital(concept: str, label: str, fields: Iterable[str], *, name: str) -> Quantity:
    known = CONCEPTS[concept]
    lowest, highest = known.possible or (0.0, LARGEST_NUMBER)
    return Quantity(
        name=name,
        label=label,
        concept=concept,
        spellings=tuple(
            Spelling(field=one, unit=known.unit, lowest=lowest, highest=highest) for one in fields
        ),
    )


def _laboratory(name: str, concept: str, highest: Mapping[str, tuple[str, float]]) -> Quantity:
    """``highest`` maps each field to its unit and to the value beyond which the unit is wrong."""
    return Quantity(
        name=name,
        label=CONCEPTS[concept].label,
        concept=concept,
        spellings=tuple(
            Spelling(field=one, unit=unit, highest=limit) for one, (unit, limit) in highest.items()
        ),
    )


_TEMPERATURE = Quantity(
    name="temp",
    label="Temperature",
    concept="body_temperature",
    spellings=(
        Spelling(field="temp_c", unit="Cel", lowest=25.0, highest=45.0),
        Spelling(field="temp_f", unit="[degF]", lowest=77.0, highest=113.0),
    ),
)

_MEASURED = (
    _TEMPERATURE,
    _vital("heart_rate", "Heart rate", ("hr", "pulse"), name="hr"),
    _vital("respiratory_rate", "Respiratory rate", ("rr",), name="rr"),
    _vital("systolic_bp", "Systolic pressure", ("sbp",), name="sbp"),
    _vital("diastolic_bp", "Diastolic pressure", ("dbp",), name="dbp"),
    _vital("mean_arterial_pressure", "Measured MAP", ("map_mmhg",), name="map"),
    _plain("paco2_mmhg", "PaCO2", "mm[Hg]", lowest=1.0, highest=200.0),
    _plain("bands_percent", "Band forms", "%", highest=100.0),
    _plain("gcs", "Glasgow coma scale", "{score}", lowest=3.0, highest=15.0, whole=True),
    _plain("scd25", "Soluble CD25", "U/mL", highest=LARGEST_NUMBER),
    *(
        _plain(f"{name}_grade", f"{label}, CTCAE grade", "{grade}", highest=5.0, whole=True)
        for name, label in (
            ("bilirubin", "Bilirubin"),
            ("ast", "AST"),
            ("alt", "ALT"),
            ("creatinine", "Creatinine"),
            ("oliguria", "Oliguria"),
            ("pulmonary_oedema", "Pulmonary oedema"),
        )
    ),
    _plain("days_anc_500_or_less", "Days with ANC <= 500 /uL", "d", highest=400.0),
    _plain("days_anc_100_or_less", "Days with ANC <= 100 /uL", "d", highest=400.0),
    _laboratory("inr", "inr", {"inr": ("{INR}", 30.0)}),
    _laboratory("aptt", "aptt", {"aptt_s": ("s", 400.0)}),
    _laboratory("ldh", "ldh", {"ldh": ("U/L", LARGEST_NUMBER)}),
    _laboratory("ast", "ast", {"ast": ("U/L", LARGEST_NUMBER)}),
    _laboratory("alt", "alt", {"alt": ("U/L", LARGEST_NUMBER)}),
    _laboratory(
        "ferritin",
        "ferritin",
        {
            "ferritin": ("ng/mL", LARGEST_NUMBER),
            "ferritin_ng_ml": ("ng/mL", LARGEST_NUMBER),
            "ferritin_ug_l": ("ug/L", LARGEST_NUMBER),
        },
    ),
    _laboratory(
        "peak_ferritin",
        "ferritin",
        {
            "peak_ferritin": ("ng/mL", LARGEST_NUMBER),
            "peak_ferritin_ug_l": ("ug/L", LARGEST_NUMBER),
        },
    ),
    _laboratory("crp", "crp", {"crp_mg_l": ("mg/L", 1000.0), "crp_mg_dl": ("mg/dL", 100.0)}),
    _laboratory(
        "creatinine",
        "creatinine",
        {
            "creatinine": ("mg/dL", 40.0),
            "creatinine_mg_dl": ("mg/dL", 40.0),
            "creatinine_umol_l": ("umol/L", 3536.0),
        },
    ),
    _laboratory(
        "bilirubin",
        "bilirubin_total",
        {
            "bilirubin": ("mg/dL", 100.0),
            "bilirubin_mg_dl": ("mg/dL", 100.0),
            "bilirubin_umol_l": ("umol/L", 1710.0),
        },
    ),
    _laboratory(
        "triglycerides",
        "triglycerides",
        {
            "triglycerides_mg_dl": ("mg/dL", 15_000.0),
            "triglycerides_mmol_l": ("mmol/L", 169.0),
        },
    ),
    _laboratory(
        "fibrinogen",
        "fibrinogen",
        {"fibrinogen_mg_dl": ("mg/dL", 2000.0), "fibrinogen_g_l": ("g/L", 20.0)},
    ),
    _laboratory(
        "hb",
        "haemoglobin",
        {"hb": ("g/dL", 30.0), "hb_g_dl": ("g/dL", 30.0), "hb_g_l": ("g/L", 300.0)},
    ),
    _laboratory(
        "wbc", "leukocytes", {"wbc": ("10*3/uL", 1000.0), "wbc_per_ul": ("/uL", 1_000_000.0)}
    ),
    _laboratory(
        "anc", "neutrophils", {"anc": ("10*3/uL", 100.0), "anc_per_ul": ("/uL", 100_000.0)}
    ),
    _laboratory(
        "platelets",
        "platelets",
        {"platelets": ("10*3/uL", 5000.0), "platelets_per_ul": ("/uL", 5_000_000.0)},
    ),
)


def _reference(quantity: Quantity, kind: str, label: str) -> Quantity:
    """The laboratory's own limit, or the person's baseline, in any unit of the value itself."""
    return replace(
        quantity,
        name=f"{quantity.name}_{kind}",
        label=f"{quantity.label}, {label}",
        spellings=tuple(
            replace(
                one,
                field=f"{quantity.name}_{kind}{one.field.removeprefix(quantity.name)}",
                lowest=_LOWEST_REFERENCE,
            )
            for one in quantity.spellings
        ),
    )


REFERENCE_KINDS: Mapping[str, str] = MappingProxyType(
    {"uln": "upper limit of normal", "lln": "lower limit of normal", "baseline": "baseline"}
)
_REFERENCES = tuple(
    _reference(one, kind, label)
    for one in _MEASURED
    if one.concept is not None and CONCEPTS[one.concept].category == "laboratory"
    for kind, label in REFERENCE_KINDS.items()
)

QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {one.name: one for one in (*_MEASURED, *_REFERENCES)}
)
