"""Every colour of the dashboard, once, by day and by night: for style sheets and for charts.

Colour is spent on severity and on the vital-sign series and on nothing else. The pairs are held to
their contrast by ``tests/unit/test_tokens.py``: ink on its fill 5:1, a series on its surface 6:1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Theme(StrEnum):
    """The two palettes."""

    DAY = "day"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A filled mark and the ink written on it."""

    fill: str
    ink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One theme's colours as ``#RRGGBB``; ``grade`` is indexed by the grade, 0 to 4."""

    page: str
    surface: str
    text: str
    muted: str
    line: str
    grade: tuple[Fill, Fill, Fill, Fill, Fill]
    temperature: str
    heart_rate: str
    blood_pressure: str
    respiration: str
    oxygen: str

    @property
    def series(self) -> Mapping[str, str]:
        """The vital-sign series by name."""
        return {
            "temperature": self.temperature,
            "heart-rate": self.heart_rate,
            "blood-pressure": self.blood_pressure,
            "respiration": self.respiration,
            "oxygen": self.oxygen,
        }


PALETTES: Mapping[Theme, Palette] = MappingProxyType(
    {
        Theme.DAY: Palette(
            page="#F6F7F9",
            surface="#FFFFFF",
            text="#14181F",
            muted="#56606E",
            line="#D5DAE1",
            grade=(
                Fill(fill="#E9EDF1", ink="#37404C"),
                Fill(fill="#CBE6F5", ink="#08364F"),
                Fill(fill="#FFDD94", ink="#452B00"),
                Fill(fill="#F2914F", ink="#2A0F00"),
                Fill(fill="#A80F2A", ink="#FFFFFF"),
            ),
            temperature="#B3261E",
            heart_rate="#8F3985",
            blood_pressure="#1F5FA8",
            respiration="#2F6B3A",
            oxygen="#00677D",
        ),
        Theme.NIGHT: Palette(
            page="#0D1117",
            surface="#161B22",
            text="#E6EAF0",
            muted="#9BA6B4",
            line="#2C3440",
            grade=(
                Fill(fill="#232B35", ink="#BCC5D1"),
                Fill(fill="#0F3B54", ink="#C4E6F8"),
                Fill(fill="#6B4A00", ink="#FFE6B3"),
                Fill(fill="#A14A12", ink="#FFF0E6"),
                Fill(fill="#D8203C", ink="#FFFFFF"),
            ),
            temperature="#FF8A80",
            heart_rate="#E29BDA",
            blood_pressure="#8DB8F2",
            respiration="#8FD19E",
            oxygen="#6FD3E6",
        ),
    }
)


def css_variables(theme: Theme) -> str:
    """The palette as CSS custom properties, one declaration a line."""
    palette = PALETTES[theme]
    names = {
        "page": palette.page,
        "surface": palette.surface,
        "text": palette.text,
        "muted": palette.muted,
        "line": palette.line,
        **palette.series,
    }
    for grade, pair in enumerate(palette.grade):
        names[f"grade-{grade}-fill"] = pair.fill
        names[f"grade-{grade}-ink"] = pair.ink
    return "\n".join(f"  --{name}: {colour};" for name, colour in names.items())


def contrast_ratio(one: str, other: str) -> float:
    """The contrast of two ``#RRGGBB`` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
