"""The same ward board in Dash: one callback a tick, the tiles as Dash components.

``python -m scripts.benchmarks.dash_board PORT`` serves it on the loopback address with Dash's own
threaded server. What a viewer's tick asks for is in ``dash_client``.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from dash import Dash, Input, Output, dcc, html  # type: ignore[import-not-found]

from db.engine import create_store
from monitoring.config import settings
from monitoring.services.board import WardBoard
from monitoring.services.tiles import Tile
from scripts.benchmarks.ward import WARD_CODE


def _app() -> Dash:
    board = WardBoard(create_store(settings().database_url), WARD_CODE)
    app = Dash(__name__)
    app.layout = html.Div([html.Div(id="board"), dcc.Interval(id="tick", interval=5000)])

    @app.callback(Output("board", "children"), Input("tick", "n_intervals"))  # type: ignore[untyped-decorator]
    def refresh(_ticks: int | None) -> list[Any]:
        return [_tile(tile) for tile in board.payload(now=datetime.now(UTC)).tiles]

    return app


def _tile(tile: Tile) -> Any:
    known = {} if tile.summary is None else tile.summary.read()
    crs, news2, line = known.get("crs") or {}, known.get("news2") or {}, known.get("sparkline")
    pressure = known.get("pressure")
    systolic = pressure and {"value": pressure["systolic"], "taken_s": pressure["taken_s"]}
    due = (known.get("next_set") or {}).get("due_s")
    rows = [
        html.Div(f"{tile.bed} {tile.name}", className="who"),
        html.Div(f"{tile.therapy} {tile.infused_s}", className="therapy"),
        html.Div(
            [html.Span(f"CRS {crs.get('grade', '?')}"), html.Span(f"peak {crs.get('peak')}")],
            className="grade",
        ),
        html.Div(f"NEWS2 {news2.get('total')}", className="news2"),
        _value("T", known.get("temperature")),
        _value("BP", systolic),
        _value("SpO2", known.get("spo2")),
        _value("HR", known.get("heart_rate")),
        html.Div(f"due {due}", className="due"),
    ]
    if line is not None:
        rows.append(html.Img(src=_image(line), alt="24 h temperature"))
    rows += [
        html.Div(
            [
                html.Span(alert["label"]),
                html.Span(alert["owner"] or "unowned"),
                html.Button("Acknowledge", id=f"take-{alert['id']}"),
            ],
            className=f"alert {alert['priority']}",
        )
        for alert in tile.alerts
    ]
    return html.Div(rows, className="tile")


def _value(name: str, reading: Mapping[str, Any] | None) -> Any:
    value = "-" if reading is None else f"{reading['value']:g}"
    taken = "never" if reading is None else str(reading["taken_s"])
    return html.Div([html.Span(name), html.Span(value), html.Span(taken)], className="value")


def _image(line: Mapping[str, Any]) -> str:
    points = _points(line["minutes"], line["tenths"])
    return "data:image/svg+xml," + quote(
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1440 60'>"
        f"<polyline fill='none' stroke='black' points='{points}'/></svg>"
    )


def _points(minutes: Sequence[int], tenths: Sequence[int]) -> str:
    return " ".join(f"{m},{410 - t}" for m, t in zip(minutes, tenths, strict=True))


if __name__ == "__main__":
    _app().run(host="127.0.0.1", port=int(sys.argv[1]), debug=False)
