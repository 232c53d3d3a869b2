"""Where each panel of the patient figure stands, in pixels, and the fixed range of its axis."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.bands import LimitLine
from dashboard.tokens import Palette

# Left of the panels stand their names and scales, right of them the last values.
MARGIN = {"l": 108, "r": 76, "t": 26, "b": 44}
_GAP_PX = 14
# Height of a label on a scale.
_LABEL_PX = 13
FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One strip of the figure on its own vertical axis; ``axis`` is plotly's name ("y", "y2")."""

    name: str
    axis: str
    height_px: int
    low: float
    high: float
    ticks: tuple[float, ...] = ()

    @property
    def layout_key(self) -> str:
        """The axis in plotly's layout ("yaxis2")."""
        return f"yaxis{self.axis[1:]}"


def vital_panels() -> tuple[Panel, ...]:
    """The panels whose range is clinical and fixed, top to bottom.

    A flat saturation must look flat: no axis fits itself to the data. ``widened`` opens one only so
    far that a value beyond it is seen.
    """
    return (
        Panel(name="grade", axis="y", height_px=30, low=0, high=1),
        Panel(name="icans", axis="y9", height_px=30, low=0, high=1),
        Panel(
            name="temperature", axis="y2", height_px=148, low=35.0, high=41.0,
            ticks=(36, 37, 38, 39, 40),
        ),
        Panel(
            name="pressure", axis="y3", height_px=148, low=40, high=180, ticks=(60, 90, 120, 150)
        ),
        Panel(name="heart_rate", axis="y4", height_px=92, low=40, high=160, ticks=(60, 100, 140)),
        Panel(
            name="respiratory_rate", axis="y5", height_px=84, low=5, high=40, ticks=(10, 20, 30)
        ),
        Panel(name="spo2", axis="y6", height_px=92, low=80, high=101, ticks=(85, 90, 95, 100)),
        Panel(name="oxygen", axis="y7", height_px=26, low=0, high=1),
    )  # fmt: skip


def given_panel(rows: int) -> Panel:
    """The panel of treatments, as high as it has rows."""
    return Panel(name="given", axis="y8", height_px=max(1, rows) * 26, low=-0.5, high=rows - 0.5)


def widened(panel: Panel, *columns: NDArray[np.float64]) -> tuple[float, float]:
    """The panel's range, opened where a value lies beyond it so that none is hidden."""
    low, high = panel.low, panel.high
    for column in columns:
        known = column[~np.isnan(column)]
        if len(known):
            margin = (panel.high - panel.low) * 0.03
            low = min(low, float(known.min()) - margin)
            high = max(high, float(known.max()) + margin)
    return low, high


def stacked(panels: tuple[Panel, ...]) -> tuple[dict[str, tuple[float, float]], int]:
    """Each panel's domain by name (0 bottom, 1 top), and the height of the figure in pixels."""
    inner = sum(p.height_px for p in panels) + _GAP_PX * (len(panels) - 1)
    top = float(inner)
    domains = {}
    for panel in panels:
        domains[panel.name] = ((top - panel.height_px) / inner, top / inner)
        top -= panel.height_px + _GAP_PX
    return domains, inner + MARGIN["t"] + MARGIN["b"]


def grid(panels: tuple[Panel, ...], palette: Palette) -> list[dict[str, Any]]:
    """A hairline at each plain number of each scale; one shape a panel, since shapes are dear."""
    return [
        {
            "type": "path",
            "path": "".join(f"M0,{tick}L1,{tick}" for tick in panel.ticks),
            "xref": "paper",
            "yref": panel.axis,
            "layer": "between",
            "line": {"color": palette.line, "width": 1},
        }
        for panel in panels
        if panel.ticks
    ]


def y_axis(
    panel: Panel,
    domain: tuple[float, float],
    limits: tuple[float, float],
    lines: tuple[LimitLine, ...],
    palette: Palette,
) -> dict[str, Any]:
    """The vertical axis of one panel, its limits written on the scale in words.

    A plain number of the scale gives way to a limit that would stand on it.
    """
    low, high = limits
    own = [line for line in lines if line.panel == panel.name and low <= line.level <= high]
    room = (high - low) * _LABEL_PX / panel.height_px
    plain = [tick for tick in panel.ticks if all(abs(tick - line.level) > room for line in own)]
    return {
        "domain": list(domain),
        "range": [low, high],
        "fixedrange": True,
        "anchor": "x",
        "tickmode": "array",
        "tickvals": plain + [line.level for line in own],
        "ticktext": [f"{tick:g}" for tick in plain]
        + [f'<span style="color:{line.colour}">{line.words}</span>' for line in own],
        # A grid line would lie on the dashes of a limit: it is drawn for the plain numbers only.
        "showgrid": False,
        "zeroline": False,
        "showticklabels": bool(panel.ticks),
        "tickfont": {"size": 12, "color": palette.muted},
        "showline": False,
    }
