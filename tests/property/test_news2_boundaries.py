"""NEWS2 at both sides of every edge at once, beside vitalscore and the plain scorer.

Every band of every parameter meets every band of every other: half a million sets in Celsius, and
the same sets in Fahrenheit.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from vitalscore import score_news2

from monitoring.clinical.concepts import CONSCIOUSNESS
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.news2 import score_records
from monitoring.clinical.scales.registry import scale
from tests.property import naive_news2

RULES = load_rulebook().news2
EDGES = {
    "rr": (8, 9, 11, 12, 20, 21, 24, 25),
    "spo2": (83, 84, 85, 86, 87, 88, 91, 92, 93, 94, 95, 96, 97),
    "on_o2": (False, True),
    "scale": (1, 2),
    "sbp": (90, 91, 100, 101, 110, 111, 219, 220),
    "pulse": (40, 41, 50, 51, 90, 91, 110, 111, 130, 131),
    "acvpu": ("A", "C"),
    "temp_c": (35.0, 35.1, 36.0, 36.1, 38.0, 38.1, 39.0, 39.1),
}
# The last Fahrenheit tenth of each band and the first of the next; 100.5 F is 38.06 C.
TEMP_F = (95.0, 95.1, 96.8, 96.9, 100.4, 100.5, 102.2, 102.3)


def places() -> dict[str, NDArray[np.intp]]:
    """Where in its edges each parameter of each set stands: the whole product."""
    grids = np.meshgrid(*(np.arange(len(one)) for one in EDGES.values()), indexing="ij")
    return {name: grid.ravel() for name, grid in zip(EDGES, grids, strict=True)}


def columns(at: dict[str, NDArray[np.intp]], temp_f: NDArray[np.float64] | None = None) -> Columns:
    n = len(at["rr"])
    nothing = np.full(n, np.nan)
    number = {
        name: np.array(EDGES[name], dtype=float)[at[name]] for name in ("rr", "spo2", "scale")
    }
    number |= {name: np.array(EDGES[name], dtype=float)[at[name]] for name in ("sbp", "pulse")}
    celsius = np.array(EDGES["temp_c"])[at["temp_c"]]
    number |= {
        "temp_c": celsius if temp_f is None else nothing,
        "temp_f": nothing if temp_f is None else temp_f,
    }
    conscious = np.array([CONSCIOUSNESS.index(one) for one in EDGES["acvpu"]], dtype=np.int8)
    return Columns(
        n=n,
        fields={one.name: one for one in scale("news2").fields},
        number=number,
        truth={"on_o2": at["on_o2"].astype(np.int8)},
        choice={"acvpu": conscious[at["acvpu"]]},
        chosen={},
        listed={},
    )


@cache
def points(name: str, value: object, *, scale_of: int = 1, oxygen: bool = False) -> int:
    """The plain scorer's points of one parameter."""
    match name:
        case "rr":
            return naive_news2.respiration(value)
        case "spo2":
            return naive_news2.saturation(value, scale_of, oxygen)
        case "on_o2":
            return 2 * value
        case "sbp":
            return naive_news2.pressure(value)
        case "pulse":
            return naive_news2.pulse(value)
        case "acvpu":
            return 0 if value == "A" else 3
        case "temp_c":
            return naive_news2.temperature(value)
    raise ValueError(name)


def plain_totals(at: dict[str, NDArray[np.intp]], temperatures: tuple[float, ...]) -> NDArray:
    total = np.zeros(len(at["rr"]), dtype=int)
    for name in ("rr", "on_o2", "sbp", "pulse", "acvpu"):
        total += np.array([points(name, one) for one in EDGES[name]])[at[name]]
    total += np.array([points("temp_c", one) for one in temperatures])[at["temp_c"]]
    saturation = np.array(
        [
            [
                [points("spo2", one, scale_of=of, oxygen=oxygen) for oxygen in EDGES["on_o2"]]
                for of in EDGES["scale"]
            ]
            for one in EDGES["spo2"]
        ]
    )
    return total + saturation[at["spo2"], at["scale"], at["on_o2"]]


def test_half_a_million_sets_agree_with_the_plain_scorer() -> None:
    at = places()
    assert len(at["rr"]) > 500_000

    scored = score_records(columns(at), RULES)

    assert scored.complete.all()
    assert (scored.total == plain_totals(at, EDGES["temp_c"])).all()


def test_the_same_sets_in_fahrenheit() -> None:
    at = places()

    scored = score_records(columns(at, np.array(TEMP_F)[at["temp_c"]]), RULES)

    in_celsius = tuple(float(exact_celsius(one)) for one in TEMP_F)
    assert (scored.total == plain_totals(at, in_celsius)).all()


def test_a_quarter_of_a_million_sets_agree_with_vitalscore() -> None:
    at = {name: one[::2] for name, one in places().items()}
    # Every second one of the whole product, the last parameter turned so that no edge is left out.
    at["temp_c"] = np.arange(len(at["rr"])) % len(EDGES["temp_c"])
    assert len(at["rr"]) > 200_000
    said = {name: [EDGES[name][place] for place in one.tolist()] for name, one in at.items()}

    theirs = [
        score_news2(*one, use_spo2_scale2=of == 2).total
        for *one, of in zip(
            *(said[name] for name in ("rr", "spo2", "on_o2", "sbp", "pulse", "acvpu", "temp_c")),
            said["scale"],
            strict=True,
        )
    ]

    assert score_records(columns(at), RULES).total.tolist() == theirs


def exact_celsius(fahrenheit: float) -> Decimal:
    return (Decimal(repr(fahrenheit)) - 32) * 5 / 9


def test_every_hundredth_of_a_degree_follows_the_stated_rounding() -> None:
    hundredths = [round(25 + n / 100, 2) for n in range(2001)]
    fahrenheit = [round(77 + n / 100, 2) for n in range(3601)]
    records = [{"temp_c": one} for one in hundredths] + [{"temp_f": one} for one in fahrenheit]

    answers = scale("news2").of(records)

    step = Decimal("0.1")
    exact = [Decimal(repr(one)) for one in hundredths] + [exact_celsius(one) for one in fahrenheit]
    for record, answer, celsius in zip(records, answers, exact, strict=True):
        charted = float(celsius.quantize(step, rounding=ROUND_HALF_UP))
        assert answer.parts["temp_c"] == naive_news2.temperature(charted), record


@pytest.mark.parametrize(
    ("temp", "points_of_it"),
    [
        ({"temp_c": 38.04}, 0),
        ({"temp_c": 38.05}, 1),
        ({"temp_c": 38.055}, 1),
        ({"temp_c": 38.049999}, 0),
        ({"temp_f": 100.4}, 0),
        ({"temp_f": 100.5}, 1),
        ({"temp_f": 100.49}, 1),
    ],
)
def test_temperatures_between_two_bands(temp: dict[str, float], points_of_it: int) -> None:
    (answer,) = scale("news2").of([temp])
    assert answer.parts["temp_c"] == points_of_it
