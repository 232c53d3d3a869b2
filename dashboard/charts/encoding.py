"""Columns and words as plotly takes them: base64 arrays, and text that stays text."""

import base64
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray


def text(words: str) -> str:
    """``words`` as plotly draws them letter by letter.

    Plotly reads a subset of HTML, links included, in every text of a figure: this is the one place
    where the words of a name, a drug or a note are escaped for it.
    """
    return escape(words, quote=False).replace("\n", " ").replace("%{", "%&#123;")


def instants(taken_us: NDArray[np.int64], *, origin_us: int, per_unit_us: float) -> dict[str, Any]:
    """A time column: float64 in units of the axis, counted from ``origin_us``."""
    return _typed((taken_us - origin_us) / per_unit_us, np.float64)


def values(column: NDArray[np.float64]) -> dict[str, Any]:
    """A value column as float32: half the bytes, and seven digits are more than a chart has."""
    return _typed(column, np.float32)


def table(*columns: NDArray[np.float64]) -> dict[str, Any]:
    """Several value columns, one row a point, for what a tooltip says."""
    rows = np.ascontiguousarray(np.column_stack(columns), dtype=np.float32)
    return _typed(rows.ravel(), np.float32) | {"shape": f"{rows.shape[0]}, {rows.shape[1]}"}


def _typed(column: NDArray[Any], dtype: type) -> dict[str, Any]:
    packed = np.ascontiguousarray(column, dtype=np.dtype(dtype).newbyteorder("<"))
    name = "f8" if dtype is np.float64 else "f4"
    return {"dtype": name, "bdata": base64.b64encode(packed.tobytes()).decode("ascii")}
