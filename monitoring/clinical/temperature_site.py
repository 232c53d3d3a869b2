"""A temperature under the arm that may hide a fever: the site is kept, nothing is added to it.

Clinical reference C2 [D]: ASTCT prescribes no site, so no offset is applied and an axillary reading
below the fever threshold is graded as it stands; beside symptoms it is marked.
"""

from collections.abc import Mapping

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.rulebook import load_rulebook

AXILLARY = "axillary"


def may_hide_fever(
    *, temp_c: float, site: str | None, severities: Mapping[str, float | None]
) -> tuple[str, ...]:
    """The symptoms beside which an axillary temperature below fever asks for another site (C2).

    ``severities`` are CTCAE grades by the concept of the symptom, None where not known; absent and
    unknown symptoms mark nothing. The labels come back in the order given; empty where the reading
    is fever itself, was taken elsewhere, or its site is not known.
    """
    if site != AXILLARY or temp_c >= load_rulebook().crs.fever_c:
        return ()
    return tuple(
        CONCEPTS[concept].label
        for concept, severity in severities.items()
        if severity is not None and severity >= 1
    )
