"""The pages of the scores in docs/rules.md, from the rules as they are loaded."""

from collections.abc import Iterator

from monitoring.clinical.laboratory_policy import LaboratoryPolicy
from monitoring.clinical.scales.limits import Condition
from monitoring.clinical.scales.points_scale import load_points
from monitoring.clinical.scales.points_table import BandedItem, Item, PointsTable
from monitoring.clinical.scales.quotients import Term, load_quotients
from monitoring.clinical.units import ward_words
from tests.spec.tables import markdown

FILES = (
    "sirs.toml",
    "qsofa.toml",
    "hscore.toml",
    "hlh_2004.toml",
    "cartox_hlh.toml",
    "iec_hs.toml",
    "car_hematotox.toml",
    "febrile_neutropenia.toml",
)


def scores() -> Iterator[str]:
    """Every points table, row by row."""
    for file in FILES:
        yield from _score(load_points(file))


def indices() -> Iterator[str]:
    """Every quotient, row by row."""
    yield "# Indices\n"
    yield markdown(
        ("index", "formula", "levels", "source"),
        (
            (
                one.title,
                f"{' x '.join(map(_term, one.multiply))} / {_term(one.divide)}",
                ", ".join(f"{level.flag} from {level.at_least:g}" for level in one.levels),
                one.source,
            )
            for file in ("easix.toml", "shock_index.toml")
            for one in load_quotients(file).quotients.values()
        ),
    )


def _term(term: Term) -> str:
    return f"{term.quantity} ({ward_words(term.unit)})"


def _score(table: PointsTable) -> Iterator[str]:
    yield f"# {table.title}\n"
    yield f"{table.source}. At most {table.highest:g} points.\n"
    yield markdown(
        ("item", "points", "source"),
        ((item.label, _points(item), item.source) for item in table.items),
    )
    verdict = table.verdict
    if verdict is not None:
        required = "".join(f", with {_condition(one)}" for one in verdict.required)
        alone = "".join(f", or {_condition(one)}" for one in verdict.or_if)
        flag = verdict.flag.replace("_", " ")
        yield f"From {verdict.points_from:g} on{required}{alone}: {flag}. {verdict.source}.\n"
    if table.caution is not None:
        yield f"{table.caution}\n"


def _points(item: Item) -> str:
    if isinstance(item, BandedItem):
        silent = "; on an edge the higher" if item.edges_score_higher else ""
        bands = ", ".join(f"{one.interval.text} ({one.points:g})" for one in item.bands)
        return f"{bands} {ward_words(item.unit)}{silent}"
    ways = ["; or ".join(_condition(one) for one in element) for element in item.elements]
    if len(ways) == 1:
        return f"{ways[0]} ({item.by_count[1]:g})"
    counts = ", ".join(f"{n} ({points:g})" for n, points in enumerate(item.by_count))
    return f"of {' / '.join(ways)}: {counts}"


def _condition(one: Condition) -> str:
    if one.truth is not None:
        said = one.truth.replace("_", " ")
    else:
        assert one.interval is not None
        assert one.quantity is not None
        unit = "" if one.reference is not None else f" {ward_words(one.unit)}"
        said = f"{one.quantity.replace('_', ' ')} {one.interval.text}{unit}"
    return said if one.only_if is None else f"{said} if {one.only_if.replace('_', ' ')}"


def laboratory(policy: LaboratoryPolicy) -> Iterator[str]:
    """How laboratory values are read over time."""
    clock = policy.neutropenic_fever
    yield "# Laboratory values over time\n"
    yield f"Local policy `{policy.id}`.\n"
    yield markdown(
        ("what", "default"),
        (
            ("a value is known for", _hours(policy.valid_us)),
            (
                "rising rapidly",
                f"x {policy.rapid_factor:g} within {_hours(policy.rapid_within_us)}",
            ),
            (
                "IL-6 rises and CRP falls for",
                f"{_hours(policy.blockade_us)} after {', '.join(sorted(policy.blockade_agents))}",
            ),
            (
                "IEC-HS worth a look",
                f"ferritin and {policy.most_common_from} of the most common criteria",
            ),
            ("one fever", f"fevers within {_hours(clock.same_fever_us)} of each other"),
            (
                "a temperature is sustained",
                f"over 1 h, by readings at most {_hours(clock.sustained_gap_us)} apart",
            ),
            (
                "first antibiotic in neutropenic fever",
                f"within {clock.antibiotics_within_us / 60_000_000:g} min",
            ),
        ),
    )
    yield markdown(
        ("test", "lower", "upper", "source"),
        (
            (
                concept.replace("_", " "),
                "" if limit.lower is None else f"{limit.lower:g}",
                "" if limit.upper is None else f"{limit.upper:g}",
                limit.source,
            )
            for concept, limit in policy.normal.items()
        ),
    )


def _hours(us: int) -> str:
    return f"{us / 3_600_000_000:g} h"
