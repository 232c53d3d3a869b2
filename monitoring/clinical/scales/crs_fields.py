"""What every CRS scale asks in the same words: oxygen, positive pressure, vasopressors, truths.

Devices and drugs with their other names are the bedside's own (``rules/astct_crs.toml``).
"""

from functools import cache

from monitoring.clinical.concepts import CONCEPTS, OXYGEN_DEVICES
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.scales.fields import Field, FieldKind

# Why positive pressure is given; the first is the only one that counts (C15, C16).
PRESSURE_REASONS = ("hypoxia", "chronic_osa", "airway_protection", "procedure", "neurologic")


def truth_field(name: str, label: str) -> Field:
    """A question answered by true or false."""
    return Field(name=name, label=label, kind=FieldKind.TRUTH)


def vital_field(name: str, label: str, concept: str) -> Field:
    """A number within the possible range of its concept."""
    own = CONCEPTS[concept]
    assert own.possible is not None, concept
    lowest, highest = own.possible
    return Field(
        name=name,
        label=label,
        kind=FieldKind.NUMBER,
        unit=own.unit,
        lowest=lowest,
        highest=highest,
    )


def agents(rules: CrsRules) -> tuple[str, ...]:
    """Every drug that the rules know, those that count first."""
    return (*sorted(rules.counted), *sorted(rules.not_multiple), *sorted(rules.noted))


@cache
def vasopressors_field() -> Field:
    """The agents that run, by the names of the ASTCT rules; [] is none."""
    rules = load_rulebook().crs
    return Field(
        name="vasopressors",
        label="Vasopressors that run",
        kind=FieldKind.CHOICES,
        choices=agents(rules),
        synonyms={name: own for name, own in rules.agents.items() if name != own},
    )


@cache
def oxygen_fields() -> tuple[Field, ...]:
    """Device, flow, fraction, and why it is given."""
    rules = load_rulebook().crs
    return (
        Field(
            name="o2_device",
            label="Oxygen device",
            kind=FieldKind.CHOICE,
            choices=OXYGEN_DEVICES,
            synonyms={name: one.device for one in rules.devices.values() for name in one.names},
            advice=rules.unclear_devices,
        ),
        vital_field("o2_flow_lpm", "Oxygen flow", "oxygen_flow"),
        Field(
            name="fio2",
            label="FiO2, a fraction or per cent",
            kind=FieldKind.NUMBER,
            unit="1",
            lowest=0.21,
            highest=100.0,
        ),
        truth_field("o2_for_hypoxia", "Oxygen corrects hypoxia (C13)"),
        Field(
            name="positive_pressure_reason",
            label="Reason for positive pressure (C15, C16)",
            kind=FieldKind.CHOICE,
            choices=PRESSURE_REASONS,
        ),
    )
