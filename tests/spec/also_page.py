"""What stands beside the ASTCT grade in docs/rules.md: scales, triggers, doses, guidelines."""

from collections.abc import Iterator

from monitoring.clinical.ctcae import GRADES, CtcaeRules
from monitoring.clinical.guidance import NOT_AN_ORDER, GuidelineText
from monitoring.clinical.scales.criteria_table import CriteriaTable
from monitoring.clinical.scales.ctcae_terms import TermTables
from monitoring.clinical.scales.lee_2014 import LeeRules
from monitoring.clinical.symptom_triggers import SymptomTrigger
from monitoring.clinical.tocilizumab import TocilizumabLimits
from tests.spec.tables import markdown


def criteria(table: CriteriaTable) -> str:
    """A grade table, row by row."""
    return markdown(
        ("grade", "domain", "criterion", "source"),
        ((c.grade, c.domain.replace("_", " "), c.label, c.source) for c in table.criteria),
    )


def criteria_page(table: CriteriaTable) -> str:
    """A grade table under its title."""
    return f"# {table.title}\n\n{criteria(table)}"


def lee(rules: LeeRules) -> Iterator[str]:
    """Lee 2014 and its high doses."""
    high = rules.high_dose
    yield f"# {rules.table.title}\n"
    yield criteria(rules.table)
    yield f"A dose is high when it was required for {high.at_least_hours:g} h. {high.source}.\n"
    yield markdown(
        ("pressor", "high dose from"),
        (
            *((f"{row.agent} alone", f"{row.from_dose:g} {row.unit}") for row in high.alone),
            (
                "on vasopressin",
                f"equivalent of {high.with_vasopressin_from_equivalent_ug_min:g} ug/min",
            ),
            (
                "combination, no vasopressin",
                f"equivalent of {high.combination_from_equivalent_ug_min:g} ug/min",
            ),
        ),
    )
    parts = " + ".join(f"{row.agent} / {row.equivalent_divisor:g}" for row in high.alone)
    yield f"Norepinephrine equivalent (ug/min) = {parts}, in the units above.\n"
    yield (
        "Penn (Porter 2018), MSKCC (Park 2018) and CARTOX (Neelapu 2018) are not computed: the "
        "reference leaves their rows open. Penn's low and high doses are unverified; MSKCC has no "
        "row for fluids and counts hours of vasopressors without saying whether they add up; "
        "CARTOX's low and high doses are not stated.\n"
    )


def ctcae(rules: CtcaeRules, terms: TermTables) -> Iterator[str]:
    """CTCAE v5.0: cytokine release syndrome and the terms."""
    yield "# CTCAE v5.0: cytokine release syndrome and terms\n"
    yield criteria(rules.crs)
    for table in terms.by_term.values():
        yield f"{table.title}:\n"
        yield criteria(table)
    yield "A term's grade that is not defined is a dash; it cannot be charted.\n"
    yield markdown(
        ("term", *map(str, GRADES), "source"),
        (
            (
                term.term,
                *(
                    f"{term.grades.get(grade, '-')}"
                    f"{' (unverified)' if grade in term.unverified else ''}"
                    for grade in GRADES
                ),
                term.source,
            )
            for term in rules.terms
        ),
    )


def triggers(rows: tuple[SymptomTrigger, ...]) -> Iterator[str]:
    """What a symptom asks for."""
    yield "# Symptoms that ask for an observation\n"
    yield (
        "Local policy. A symptom asks when it is new or worse; it never changes the ASTCT grade.\n"
    )
    yield markdown(
        ("symptom", "from severity", "what to do", "source"),
        ((row.label, row.from_severity, row.action, row.source) for row in rows),
    )


def tocilizumab(limits: TocilizumabLimits) -> Iterator[str]:
    """The limits of tocilizumab."""
    yield "# Tocilizumab\n"
    yield "Warned of when it is charted, never blocked.\n"
    yield markdown(
        ("what", "limit", "source"),
        (
            ("interval", f"{limits.interval_hours:g} h", limits.count_source),
            ("in 24 h", limits.most_in_24_hours, limits.count_source),
            ("in all", limits.most_in_all, limits.count_source),
            (
                "dose",
                f"{limits.mg_per_kg:g} mg/kg, at most {limits.most_mg:g} mg",
                limits.dose_source,
            ),
            (
                f"dose below {limits.light_below_kg:g} kg",
                f"{limits.light_mg_per_kg:g} mg/kg",
                limits.light_source,
            ),
        ),
    )


def guidelines(texts: tuple[GuidelineText, ...]) -> Iterator[str]:
    """The quoted texts by grade."""
    yield f"# {NOT_AN_ORDER}\n"
    yield markdown(
        ("CRS grade", "for", "text", "citation", "dated"),
        (
            (
                ", ".join(map(str, one.grades)) or "any",
                ", ".join((*one.therapies, *one.products)).replace("_", " ") or "all",
                one.quoted,
                one.citation,
                one.dated,
            )
            for one in texts
        ),
    )
