"""Reading limits, conditions and findings of a rule file strictly."""

import re
from collections.abc import Mapping

from monitoring.clinical.rule_file import RuleTable
from monitoring.clinical.scales.fields import Field, FieldKind
from monitoring.clinical.scales.limits import Absence, Condition, Interval
from monitoring.clinical.scales.quantities import QUANTITIES, REFERENCE_KINDS

_LIMIT = re.compile(r"(<=|>=|<|>) (\d+(?:\.\d+)?)(?: x (\w+))?")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


def read_findings(table: RuleTable) -> dict[str, str]:
    """The yes-or-no fields of a file and their labels."""
    truths: dict[str, str] = {}
    for row in table.rows("finding") if table.has("finding") else ():
        name = row.text("field")
        if name in truths:
            row.refuse(f"{name} stands twice")
        truths[name] = row.text("label")
        row.finish()
    return truths


def finding_fields(truths: Mapping[str, str]) -> tuple[Field, ...]:
    """What a scale asks for its findings."""
    return tuple(
        Field(name=name, label=label, kind=FieldKind.TRUTH) for name, label in truths.items()
    )


def read_conditions(row: RuleTable, key: str, truths: Mapping[str, str]) -> tuple[Condition, ...]:
    """The conditions under a key, none where it is absent."""
    return tuple(read_condition(one, truths) for one in row.rows(key)) if row.has(key) else ()


def read_interval(row: RuleTable, text: str) -> tuple[Interval, str | None]:
    """A printed limit, and what it is a multiple of; refuses the file when it reads otherwise."""
    if match := _RANGE.fullmatch(text):
        low, high = float(match[1]), float(match[2])
        if low > high:
            row.refuse(f"range {text} runs backwards")
        return Interval(text=text, low=low, high=high, with_low=True, with_high=True), None
    match = _LIMIT.fullmatch(text)
    if match is None:
        row.refuse(f"limit {text} must read '< x', '<= x', '> x', '>= x' or 'x-y'")
    sign, edge, of = match[1], float(match[2]), match[3]
    if of is not None and of.lower() not in REFERENCE_KINDS:
        row.refuse(f"{of} is not ULN, LLN or baseline")
    if sign.startswith(">"):
        return Interval(text=text, low=edge, with_low=sign == ">="), of and of.lower()
    return Interval(text=text, high=edge, with_high=sign == "<="), of and of.lower()


def read_condition(row: RuleTable, truths: Mapping[str, str]) -> Condition:
    """A condition as a file writes it: ``value``, ``unit``, ``when``, or ``truth``; ``only_if``."""
    quantity = interval = reference = truth = None
    unit = ""
    if row.has("truth"):
        truth = row.text("truth")
    else:
        quantity, unit = read_quantity(row)
        interval, kind = read_interval(row, row.text("when"))
        if kind is not None:
            reference = f"{quantity}_{kind}"
            if reference not in QUANTITIES:
                row.refuse(f"{quantity} has no {kind}")
    only_if = row.optional_text("only_if")
    absence = row.optional_text("absent") or Absence.UNKNOWN
    if absence not in set(Absence):
        row.refuse(f"absent must be one of {', '.join(Absence)}")
    row.finish()
    for name in (truth, only_if):
        if name is not None and name not in truths:
            row.refuse(f"{name} is not a finding of this file")
    return Condition(
        quantity=quantity,
        unit=unit,
        interval=interval,
        reference=reference,
        truth=truth,
        only_if=only_if,
        absence=Absence(absence),
    )


def read_quantity(row: RuleTable) -> tuple[str, str]:
    """The quantity that a row measures and its unit there, both known; else the file is refused."""
    name, unit = row.text("value"), row.text("unit")
    if name not in QUANTITIES:
        row.refuse(f"{name} is not a quantity that scores know")
    try:
        QUANTITIES[name].factor_and_offset(unit)
    except ValueError as error:
        row.refuse(str(error).removesuffix("."))
    return name, unit
