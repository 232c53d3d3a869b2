"""The single changes that could move an ICANS grade, in the words of its table."""

from collections.abc import Iterator

from monitoring.clinical.assessment_tools import TOOLS
from monitoring.clinical.changes import Apply, Change, better, charted, without, worse
from monitoring.clinical.icans import FINDINGS, icans_rules
from monitoring.clinical.results import IcansGrade
from monitoring.clinical.rulebook_types import Criterion

# What has to be charted for a row no longer to be met and the next milder one to be: the answer.
_EASED = {"unarousable": "tactile", "tactile": "voice", "voice": "spontaneous"}


def icans_changes(icans: IcansGrade) -> tuple[Change, ...]:
    """Every row of the table that is not met, met; and every one that is met, no longer so."""
    return tuple(_changes(icans))


def _changes(icans: IcansGrade) -> Iterator[Change]:
    met = {one.id for one in icans.criteria}
    other = "capd" if icans.tool == "ICE" else "ice"
    for one in icans_rules().table.criteria:
        if one.inputs == (other,):
            continue
        if one.id in met:
            yield better(one.would_end or f"no longer: {one.label}", _ended(one, icans.tool))
        else:
            yield worse(one.would_be_met, _met(one))


def _met(criterion: Criterion) -> Apply:
    (name,) = criterion.inputs
    answer = criterion.answer or ""
    match name:
        case "ice":
            return charted(_ice(int(criterion.high or 0)))
        case "capd":
            return charted(_capd(int(criterion.low or 0)))
        case "unable_to_perform":
            return charted({"test_obstacle": "unable_to_perform"})
        case "consciousness":
            return charted({"arousal": answer})
        case "seizure":
            return charted({"seizure": answer})
        case _:
            return charted({FINDINGS.get(answer, name): "present"})


def _ended(criterion: Criterion, tool: str) -> Apply:
    (name,) = criterion.inputs
    answer = criterion.answer or ""
    match name:
        case "ice":
            return charted(_ice(int(criterion.high or 0) + 1))
        case "capd":
            return charted(_capd(int(criterion.low or 0) - 1))
        case "unable_to_perform":
            done = _ice(TOOLS["ICE"].most) if tool == "ICE" else _capd(0)
            return without("test_obstacle", done)
        case "consciousness":
            return charted({"arousal": _EASED[answer]})
        case "seizure":
            return without("seizure", {"seizure": "none"})
        case _:
            return charted({FINDINGS.get(answer, name): "absent"})


def _ice(total: int) -> dict[str, float | str]:
    """ICE by item with so many points in all, orientation first."""
    return {**TOOLS["ICE"].spread(total)}


def _capd(total: int) -> dict[str, float | str]:
    """CAPD with so many points in all: by item and as a total, whichever was charted before."""
    return {**TOOLS["CAPD"].spread(total), "capd_total": float(total)}
