"""Whether a value as sent can be used: a number, its unit, possible, probable.

A value that cannot be used is refused with words on what to do, and its raw text is kept by
whoever asked; nothing is clipped or guessed. An improbable one is used and marked (``queried``).
How values of one moment fit together is for ``agreement``.

Limits: clinical reference, section 8.4, held in the concept dictionary.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from monitoring.clinical.concepts import CONCEPTS, Category, Concept
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.spelling import spelled
from monitoring.clinical.units import FRACTION, SAME, conversion, known_units, ucum, ward_words


class Reason(StrEnum):
    """Why a value was refused or asked about."""

    UNKNOWN_CONCEPT = "unknown_concept"
    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    DECIMAL_COMMA = "decimal_comma"
    COMPARATOR = "comparator"
    UNKNOWN_UNIT = "unknown_unit"
    UNIT_UNCLEAR = "unit_unclear"
    UNKNOWN_CODE = "unknown_code"
    NOT_POSSIBLE = "not_possible"
    IMPROBABLE = "improbable"
    UNIT_ASSUMED = "unit_assumed"
    DIASTOLIC_NOT_BELOW_SYSTOLIC = "diastolic_not_below_systolic"
    MEAN_DISAGREES = "mean_disagrees"
    FLOW_WITHOUT_OXYGEN = "flow_without_oxygen"
    FRACTION_WITHOUT_OXYGEN = "fraction_without_oxygen"
    FLOW_HIGH_FOR_DEVICE = "flow_high_for_device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A usable value in the concept's own unit; ``question`` says why it is ``queried``."""

    concept: str
    value: float | None
    code: str | None
    unit: str
    queried: bool = False
    reason_code: Reason | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A value that cannot be used; ``message`` tells the one who sent it what to do."""

    concept: str
    reason_code: Reason
    message: str


# Only ASCII digits and a point: other scripts, underscores and blanks inside are not numbers here.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_COMMA_NUMBER = re.compile(r"[+-]?[0-9]+,[0-9]+")
_LONGEST_NUMBER = 40
# Beyond these powers of ten nothing at a bedside is a measurement, and arithmetic could overflow.
_LARGEST_EXPONENT = 30

# Unit traps, clinical reference 8.4: 95 to 115 without a unit is Fahrenheit.
_FAHRENHEIT_WITHOUT_UNIT = (Decimal(95), Decimal(115))
_CONSCIOUSNESS_WORDS = {
    "alert": "A",
    "confused": "C",
    "confusion": "C",
    "new_confusion": "C",
    "voice": "V",
    "pain": "P",
    "unresponsive": "U",
}


def check_value(
    concept: str, value: str | float | Decimal, unit: str | None = None
) -> Checked | Refused:
    """Whether one value of one concept can be used, and what it is in the concept's unit.

    Parameters
    ----------
    concept: a code of the concept dictionary.
    value: the number or code as sent; text is read strictly (decimal point, no thousands marks).
    unit: as sent, in UCUM or a usual spelling; None or empty when nothing was sent.

    Nothing is raised for bad input. A temperature of 95 to 115 without a unit is read as Fahrenheit
    and an oxygen saturation of 0.97 as 97 %, both queried (clinical reference 8.4).
    """
    known = CONCEPTS.get(concept)
    if known is None:
        return Refused(
            concept=concept,
            reason_code=Reason.UNKNOWN_CONCEPT,
            message="This kind of observation is not known. Choose one from the concept list.",
        )
    if known.is_coded:
        return _check_code(known, str(value))
    number = _read_number(known, value)
    if isinstance(number, Refused):
        return number
    return _check_number(known, number, unit)


def _refuse(known: Concept, reason: Reason, message: str) -> Refused:
    return Refused(concept=known.code, reason_code=reason, message=message)


def _check_code(known: Concept, sent: str) -> Checked | Refused:
    text = sent.strip()
    if not text:
        return _refuse(known, Reason.EMPTY, f"{known.label} is empty. Choose a value.")
    name = spelled(text)
    code = _codes_by_spelling(known.code).get(name)
    if code is None:
        listed = ", ".join(c.replace("_", " ") for c in known.codes)
        advice = f"Choose one of: {listed}."
        if known.code == "oxygen_device":
            advice = _unclear_devices().get(name, advice)
        message = f"{known.label} “{_shown(text)}” is not known. {advice}"
        return _refuse(known, Reason.UNKNOWN_CODE, message)
    return Checked(concept=known.code, value=None, code=code, unit=known.unit)


@cache
def _codes_by_spelling(concept: str) -> Mapping[str, str]:
    """What may be written for each code; a device also as the rules for oxygen know it (1.4)."""
    names = {code: code for code in CONCEPTS[concept].codes}
    if concept == "consciousness":
        names |= _CONSCIOUSNESS_WORDS
    if concept == "oxygen_device":
        for device in load_rulebook().crs.devices.values():
            names |= dict.fromkeys(device.names, device.device)
    return {spelled(name): code for name, code in names.items()}


@cache
def _unclear_devices() -> Mapping[str, str]:
    unclear = load_rulebook().crs.unclear_devices
    return {spelled(name): ask for name, ask in unclear.items()}


def _read_number(known: Concept, sent: str | float | Decimal) -> Decimal | Refused:
    text = sent.strip() if isinstance(sent, str) else str(sent)
    if not text:
        return _refuse(known, Reason.EMPTY, f"{known.label} is empty. Enter a number.")
    if _COMMA_NUMBER.fullmatch(text):
        message = (
            f"{known.label} “{_shown(text)}” is written with a comma. "
            "Write a decimal point, and no mark between thousands."
        )
        return _refuse(known, Reason.DECIMAL_COMMA, message)
    if text[0] in "<>≤≥":
        message = (
            f"{known.label} “{_shown(text)}” is a limit, not a measured number. "
            "Chart the number that was measured."
        )
        return _refuse(known, Reason.COMPARATOR, message)
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        message = (
            f"{known.label} “{_shown(text)}” is not a number. "
            "Enter digits with a decimal point, and the unit apart."
        )
        return _refuse(known, Reason.NOT_A_NUMBER, message)
    number = Decimal(text)
    if number and abs(number.adjusted()) > _LARGEST_EXPONENT:
        message = f"{known.label} {_shown(text)} is not possible. Enter what was measured."
        return _refuse(known, Reason.NOT_POSSIBLE, message)
    return number


def _check_number(known: Concept, number: Decimal, unit: str | None) -> Checked | Refused:
    assumed: str | None = None
    sent_unit = (unit or "").strip()
    if sent_unit:
        code = ucum(sent_unit)
        rule = conversion(known.code, code) if code is not None else None
        if code is None or rule is None:
            units = " or ".join(ward_words(u) or "no unit" for u in known_units(known.code))
            message = (
                f"{known.label} is not known in “{_shown(sent_unit)}”. "
                f"Send it in {units}, or convert it first."
            )
            return _refuse(known, Reason.UNKNOWN_UNIT, message)
    else:
        code = _unit_by_size(known, number)
        rule = conversion(known.code, code) if code is not None else None
        if code is None or rule is None:
            message = (
                f"{known.label} {_plain(number)} has no unit and fits none. Send the unit with it."
            )
            return _refuse(known, Reason.UNIT_UNCLEAR, message)
        if code != known.unit:
            read = f"{_plain(rule.apply(number), known.decimals)} {ward_words(known.unit)}"
            assumed = f"{known.label} {_plain(number)} came without a unit and was read as {read}."
    if code == "%" and conversion(known.code, "1") is not None and number <= 1:
        if number == 1 and known.code == "spo2":
            message = f"{known.label} 1 % may mean 1 or 100 %. Enter what the oximeter showed."
            return _refuse(known, Reason.UNIT_UNCLEAR, message)
        rule = FRACTION
        assumed = f"{known.label} {_plain(number)} % was read as {_plain(number * 100)} %."
    if code == "1" and number > 1:
        # A share cannot exceed 1: the source means per cent (8.4, FiO2 above 1).
        code, rule = "%", SAME
        assumed = f"{known.label} {_plain(number)} was sent as a share and read as per cent."
    canonical = rule.apply(number)
    if not _within(canonical, known.possible) or (
        known.whole and canonical != canonical.to_integral_value()
    ):
        return _refuse(known, Reason.NOT_POSSIBLE, _impossible(known, number, code))
    if not _within(canonical, known.probable):
        measured = f"{_plain(number)} {ward_words(code)}".strip()
        return Checked(
            concept=known.code,
            value=float(canonical),
            code=None,
            unit=known.unit,
            queried=True,
            reason_code=Reason.IMPROBABLE,
            question=f"{known.label} {measured} is unusual. Is it right?",
        )
    return Checked(
        concept=known.code,
        value=float(canonical),
        code=None,
        unit=known.unit,
        queried=assumed is not None,
        reason_code=Reason.UNIT_ASSUMED if assumed else None,
        question=assumed,
    )


def _unit_by_size(known: Concept, number: Decimal) -> str | None:
    """The unit of a number that came without one; None where it could be none of the known ones."""
    low, high = _FAHRENHEIT_WITHOUT_UNIT
    if known.code == "body_temperature":
        if low <= number <= high:
            return "[degF]"
        return None if _within(number, (45.0, 95.0)) and number != 45 else known.unit
    if known.code in {"spo2", "inhaled_oxygen"} and 0 < number <= 1:
        return "1"
    return known.unit


def _within(value: Decimal, limits: tuple[float, float] | None) -> bool:
    return limits is None or Decimal(str(limits[0])) <= value <= Decimal(str(limits[1]))


def _impossible(known: Concept, number: Decimal, unit: str) -> str:
    measured = f"{_plain(number)} {ward_words(unit)}".strip()
    says = f"{known.label} {measured} is not possible."
    if known.category is Category.SYMPTOM and known.possible is not None:
        return f"{says} Severity is a whole number from 0 to {known.possible[1]:.0f}."
    if known.whole and known.possible is not None:
        return f"{says} It is a whole number from 0 to {known.possible[1]:.0f}."
    rule = conversion(known.code, unit)
    if rule is not None:
        for meant in (number / 10, number / 100):
            if _within(rule.apply(meant), known.probable) and known.probable is not None:
                return f"{says} Did you mean {_plain(meant)}?"
    for other in known_units(known.code):
        other_rule = conversion(known.code, other)
        if other != unit and other_rule is not None and ward_words(other):
            converted = other_rule.apply(number)
            if known.probable is not None and _within(converted, known.probable):
                return f"{says} Did you mean {_plain(number)} {ward_words(other)}?"
    return f"{says} Enter what was measured."


def _plain(number: Decimal, decimals: int | None = None) -> str:
    if decimals is not None:
        return f"{number:.{decimals}f}"
    return f"{number.normalize():f}"


def _shown(text: str) -> str:
    """Text as sent, cut so that a pasted page does not become the message."""
    return text if len(text) <= 24 else f"{text[:24]}…"
