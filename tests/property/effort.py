"""How many examples a property test draws: few where the suite runs once for every mutant."""

import os

from hypothesis import HealthCheck, Phase, settings

EFFORT_VARIABLE = "STORMWATCH_PROPERTY_EFFORT"
_EFFORT = float(os.environ.get(EFFORT_VARIABLE, "1"))


def examples(number: int) -> int:
    """This many examples, times the effort asked for; never fewer than five."""
    return max(5, round(number * _EFFORT))


def load_profile() -> None:
    """Let no property test fail because the machine is busy, or a change for an old fault.

    With ``CI=true`` a test draws the same examples every time; by hand it draws new ones.
    """
    settings.register_profile(
        "house",
        deadline=None,
        max_examples=examples(100),
        derandomize=_EFFORT < 1 or os.environ.get("CI") == "true",
        # Where the suite only says yes or no, nobody reads the smallest example.
        phases=(Phase.explicit, Phase.generate) if _EFFORT < 1 else tuple(Phase),
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("house")
