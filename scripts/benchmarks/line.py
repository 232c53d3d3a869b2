"""One benchmark's result as one line of JSON."""

from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

Judged = Literal["ratio_at_least", "ratio_at_most", "ours_at_least", "ours_at_most"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was measured, what it was measured beside, and whether the limit holds.

    ``ours`` and ``baseline`` are in ``unit``. ``ratio`` is always of these two from one run;
    ``ratio_of`` says which way round. ``judged`` names the figure that ``limit`` is for. A line
    without a limit is printed for what it tells. ``n`` counts the things of one run (rows, beds,
    sets, ticks), ``runs`` how often it was run; the figures are medians over the runs unless
    ``detail`` says otherwise.
    """

    name: str
    ours: float
    baseline: float | None
    unit: str
    n: int
    runs: int
    baseline_name: str | None
    limit: float | None = None
    judged: Judged | None = None
    ratio_of: Literal["baseline/ours", "ours/baseline"] = "baseline/ours"
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How the two compare; None where nothing is comparable."""
        divisor = self.ours if self.ratio_of == "baseline/ours" else self.baseline
        if self.baseline is None or not divisor:
            return None
        return (
            self.baseline / self.ours
            if self.ratio_of == "baseline/ours"
            else self.ours / self.baseline
        )

    @property
    def within(self) -> bool | None:
        """Whether the limit holds; None where there is none."""
        if self.limit is None or self.judged is None:
            return None
        figure = self.ratio if self.judged.startswith("ratio") else self.ours
        if figure is None:
            message = f"{self.name} is judged by a ratio and has no baseline."
            raise ValueError(message)
        return figure >= self.limit if self.judged.endswith("least") else figure <= self.limit

    def to_json(self) -> str:
        """The line as it is printed."""
        document = {
            "name": self.name,
            "ours": _rounded(self.ours),
            "baseline": _rounded(self.baseline),
            "limit": self.limit,
            "ratio": _rounded(self.ratio),
            "unit": self.unit,
            "n": self.n,
            "within": self.within,
            "judged": self.judged,
            "ratio_of": None if self.baseline is None else self.ratio_of,
            "baseline_name": self.baseline_name,
            "runs": self.runs,
        }
        if self.detail:
            document["detail"] = {key: _rounded(value) for key, value in self.detail.items()}
        return orjson.dumps(document).decode()


def _rounded(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value
