"""Units as people and machines write them, brought to the concept's own unit without rounding.

Arithmetic is exact (``Decimal``): a temperature of 100.4 in Fahrenheit is 38.0 Celsius and fever,
and 100.3 is not (rule C1). A unit that is not listed here is never guessed.

Sources: UCUM spellings, clinical reference 5.4 and 5.5; unit traps, section 8.4; CRP and creatinine
factors, section 5.3. Molar masses in g/mol: bilirubin 584.66, triglycerides 885.7 (as triolein, the
usual 88.57 mg/dL to a mmol/L), urate 168.11, phosphorus 30.974. The pound: 0.45359237 kg by
definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from monitoring.clinical.concepts import CONCEPTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """``canonical = (sent - offset) * numerator / denominator``, which keeps 5/9 exact."""

    offset: Decimal = Decimal(0)
    numerator: Decimal = Decimal(1)
    denominator: Decimal = Decimal(1)

    def apply(self, sent: Decimal) -> Decimal:
        """The value in the concept's unit."""
        return (sent - self.offset) * self.numerator / self.denominator


SAME = Conversion()
FAHRENHEIT = Conversion(offset=Decimal(32), numerator=Decimal(5), denominator=Decimal(9))
FRACTION = Conversion(numerator=Decimal(100))

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "Cel": ("cel", "c", "°c", "degc", "deg c", "deg. c", "celsius", "degrees celsius", "℃"),
    "[degF]": ("[degf]", "f", "°f", "degf", "deg f", "deg. f", "fahrenheit", "℉"),
    "/min": (
        "/min",
        "1/min",
        "min-1",
        "bpm",
        "beats/min",
        "{beats}/min",
        "breaths/min",
        "{breaths}/min",
        "insp/min",
        "per minute",
    ),
    "mm[Hg]": ("mm[hg]", "mmhg", "mm hg"),
    "%": ("%", "percent", "per cent", "{%}"),
    "1": ("1", "fraction", "{fraction}", "ratio"),
    "L/min": ("l/min", "lpm", "liter/min", "litre/min", "liters/min", "litres/min"),
    "kg": ("kg", "kilogram", "kilograms"),
    "[lb_av]": ("[lb_av]", "lb", "lbs", "pound", "pounds"),
    "g": ("g", "gram", "grams"),
    "mg/L": ("mg/l",),
    "mg/dL": ("mg/dl",),
    "ng/mL": ("ng/ml",),
    "ug/L": ("ug/l", "µg/l", "μg/l", "mcg/l"),
    "pg/mL": ("pg/ml",),
    "ng/L": ("ng/l",),
    "U/L": ("u/l", "iu/l", "[iu]/l"),
    "g/dL": ("g/dl",),
    "g/L": ("g/l",),
    "10*3/uL": (
        "10*3/ul",
        "10^3/ul",
        "10^3/µl",
        "x10^3/ul",
        "x10^3/µl",
        "10e3/ul",
        "k/ul",
        "k/µl",
        "10*9/l",
        "10^9/l",
        "x10^9/l",
        "10e9/l",
    ),
    "/uL": ("/ul", "cells/ul", "{cells}/ul", "/mm3"),
    "umol/L": ("umol/l", "µmol/l", "μmol/l"),
    "mmol/L": ("mmol/l",),
    "meq/L": ("meq/l",),
    "s": ("s", "sec", "seconds"),
    "{INR}": ("{inr}", "inr"),
    "ug/mL{FEU}": ("ug/ml{feu}", "ug/ml feu", "µg/ml feu", "mg/l{feu}", "mg/l feu"),
    "ng/mL{FEU}": ("ng/ml{feu}", "ng/ml feu", "ug/l{feu}", "ug/l feu", "µg/l feu"),
    "ng/mL{DDU}": ("ng/ml{ddu}", "ng/ml ddu", "ug/l{ddu}", "ug/l ddu", "µg/l ddu"),
    "{grade}": ("{grade}", "grade"),
    "{score}": ("{score}", "score", "points"),
}

_UCUM_BY_SPELLING = {
    spelling: ucum for ucum, spellings in _SPELLINGS.items() for spelling in spellings
}

# What each concept may be sent in besides its own unit.
_OTHER_UNITS: Mapping[str, Mapping[str, Conversion]] = {
    "body_temperature": {"[degF]": FAHRENHEIT},
    "spo2": {"1": FRACTION},
    "inhaled_oxygen": {"1": FRACTION},
    "body_weight": {
        "[lb_av]": Conversion(numerator=Decimal("0.45359237")),
        "g": Conversion(denominator=Decimal(1000)),
    },
    "crp": {"mg/dL": Conversion(numerator=Decimal(10))},
    "ferritin": {"ug/L": SAME},
    "interleukin_6": {"ng/L": SAME},
    "procalcitonin": {"ug/L": SAME},
    "fibrinogen": {"g/L": Conversion(numerator=Decimal(100))},
    "haemoglobin": {"g/L": Conversion(denominator=Decimal(10))},
    "creatinine": {"umol/L": Conversion(denominator=Decimal("88.4"))},
    "bilirubin_total": {"umol/L": Conversion(denominator=Decimal("17.1"))},
    "potassium": {"meq/L": SAME},
    "sodium": {"meq/L": SAME},
    "lymphocytes": {"/uL": Conversion(denominator=Decimal(1000))},
    "triglycerides": {"mmol/L": Conversion(numerator=Decimal("88.57"))},
    "phosphate": {"mmol/L": Conversion(numerator=Decimal("3.0974"))},
    "urate": {"umol/L": Conversion(numerator=Decimal("0.016811"))},
    "albumin": {"g/L": Conversion(denominator=Decimal(10))},
    "inr": {"1": SAME},
    "d_dimer": {"ng/mL{FEU}": Conversion(denominator=Decimal(1000))},
    "nt_probnp": {"ng/L": SAME},
    "troponin_t": {
        "pg/mL": SAME,
        "ng/mL": Conversion(numerator=Decimal(1000)),
        "ug/L": Conversion(numerator=Decimal(1000)),
    },
    "platelets": {"/uL": Conversion(denominator=Decimal(1000))},
    "leukocytes": {"/uL": Conversion(denominator=Decimal(1000))},
    "neutrophils": {"/uL": Conversion(denominator=Decimal(1000))},
}

_WARD_WORDS = MappingProxyType(
    {
        "Cel": "C",
        "[degF]": "F",
        "mm[Hg]": "mmHg",
        "10*3/uL": "x10^9/L",
        "[lb_av]": "lb",
        "{grade}": "",
        "{score}": "",
        "1": "",
    }
)


def ucum(unit: str) -> str | None:
    """The UCUM code of a unit as written, or None when the spelling is not known."""
    return _UCUM_BY_SPELLING.get(" ".join(unit.split()).casefold())


def known_units(concept: str) -> tuple[str, ...]:
    """The UCUM units a concept may be sent in, its own first."""
    return (CONCEPTS[concept].unit, *_OTHER_UNITS.get(concept, {}))


def conversion(concept: str, unit: str) -> Conversion | None:
    """How to bring ``unit`` (UCUM) to the concept's unit; None when the two do not fit."""
    if unit == CONCEPTS[concept].unit:
        return SAME
    return _OTHER_UNITS.get(concept, {}).get(unit)


def ward_words(unit: str) -> str:
    """The unit as the ward writes it: ``mmHg`` for ``mm[Hg]``, ``C`` for ``Cel``."""
    return _WARD_WORDS.get(unit, unit)
