"""What can be charted as given: agents by kind, whether they run, and in which units.

Kinds decide what a treatment means for the grade (clinical reference C6, C8, C10, C12); the agents
are those of sections 1.3 and 7.1 and their usual companions on such a ward. Anything else is
charted by its own name under "other".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

UNITS = ("mg", "g", "ug", "mg/kg", "ug/min", "ug/kg/min", "units/min", "mL", "units", "mmol")
ROUTES = ("IV", "PO", "SC", "IM", "PR", "inhaled")
INDICATIONS = ("hypotension", "hypoxia", "fever", "prophylaxis", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A drug, fluid or support. ``runs`` is what is charted with a start and, later, an end."""

    name: str
    kind: str
    runs: bool
    unit: str
    route: str | None
    indication: str | None = None


def _once(kind: str, unit: str, route: str | None, *names: str) -> tuple[Agent, ...]:
    return tuple(Agent(name=name, kind=kind, runs=False, unit=unit, route=route) for name in names)


def _running(kind: str, unit: str, route: str | None, *names: str) -> tuple[Agent, ...]:
    return tuple(Agent(name=name, kind=kind, runs=True, unit=unit, route=route) for name in names)


_ALL = (
    *_once("anticytokine", "mg", "IV", "tocilizumab", "siltuximab"),
    *_once("anticytokine", "mg", "SC", "anakinra"),
    *_once(
        "corticosteroid", "mg", "IV", "dexamethasone", "methylprednisolone", "hydrocortisone"
    ),
    *_once("corticosteroid", "mg", "PO", "prednisolone"),
    *_once("antipyretic", "mg", "PO", "acetaminophen", "ibuprofen"),
    *_once("antipyretic", "mg", "IV", "metamizole"),
    *(
        Agent(
            name=name, kind="fluid_bolus", runs=False, unit="mL", route="IV",
            indication="hypotension",
        )
        for name in ("sodium_chloride", "balanced_crystalloid", "albumin_5")
    ),
    *_running("vasopressor", "ug/min", "IV", "norepinephrine", "epinephrine", "phenylephrine"),
    *_running("vasopressor", "ug/kg/min", "IV", "dopamine"),
    *_running("vasopressor", "units/min", "IV", "vasopressin"),
    *_running("vasopressor", "ug/kg/min", "IV", "angiotensin_ii"),
    *_running("vasopressor", "ug/min", "IV", "ephedrine", "metaraminol"),
    *_running("inotrope", "ug/kg/min", "IV", "dobutamine", "milrinone"),
    *_running("ventilation", "", None, "invasive_ventilation", "noninvasive_ventilation"),
    *_once("transfusion", "units", "IV", "red_cells", "platelets", "plasma", "cryoprecipitate"),
    *_running("dialysis", "", None, "haemodialysis", "haemofiltration"),
    *_once("electrolyte", "mmol", "IV", "potassium", "magnesium", "phosphate", "calcium"),
    *_once("cardiac", "mg", "IV", "amiodarone", "metoprolol", "furosemide"),
    *_once(
        "antimicrobial", "g", "IV", "cefepime", "piperacillin_tazobactam", "meropenem", "vancomycin"
    ),
)  # fmt: skip

AGENTS: Mapping[str, Agent] = MappingProxyType({agent.name: agent for agent in _ALL})


def agent_of(name: str) -> Agent:
    """The agent of a name; one that is not listed is charted as given once, under "other"."""
    key = name.strip().lower().replace(" ", "_")
    known = AGENTS.get(key)
    if known is not None:
        return known
    return Agent(name=name.strip(), kind="other", runs=False, unit="mg", route=None)
