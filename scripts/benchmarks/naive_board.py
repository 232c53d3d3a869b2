"""The ward board as it is first written in Streamlit: columns, metrics and a Plotly figure a bed.

It shows what one tile of our board shows, from the same data service, once every five seconds.
"""

from datetime import UTC, datetime, timedelta

import plotly.graph_objects as go
import streamlit as st

from db.engine import create_store
from monitoring.config import settings
from monitoring.services.board import WardBoard
from scripts.benchmarks.ward import WARD_CODE

_COLUMNS = 5


@st.cache_resource
def _board() -> WardBoard:
    return WardBoard(create_store(settings().database_url), WARD_CODE)


@st.fragment(run_every=5)
def _live() -> None:
    payload = _board().payload(now=datetime.now(UTC))
    # Marks the payload's version for whoever measures; a person sees it as a caption.
    st.caption(f'"version":{payload.version},"changed_s":{payload.changed_s}')
    columns = st.columns(_COLUMNS)
    for place, tile in enumerate(payload.tiles):
        known = {} if tile.summary is None else tile.summary.read()
        crs, line, spo2 = known.get("crs") or {}, known.get("sparkline"), known.get("spo2")
        pressure = known.get("pressure")
        with columns[place % _COLUMNS], st.container(border=True):
            st.text(f"{tile.bed}  {tile.name}  CRS {crs.get('grade', '?')}")
            if pressure is not None and spo2 is not None:
                st.text(f"BP {pressure['systolic']:.0f}  SpO2 {spo2['value']:.0f}")
            if line is not None:
                start = datetime.fromtimestamp(line["from_s"], UTC)
                figure = go.Figure(
                    go.Scatter(
                        x=[start + timedelta(minutes=m) for m in line["minutes"]],
                        y=[tenths / 10 for tenths in line["tenths"]],
                    )
                )
                figure.update_layout(height=120, margin={"l": 0, "r": 0, "t": 0, "b": 0})
                st.plotly_chart(figure, key=f"line-{tile.bed}")
            for alert in tile.alerts:
                st.text(alert["label"])


_live()
