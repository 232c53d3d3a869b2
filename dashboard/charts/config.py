"""How plotly behaves in the browser, for every figure alike."""

from typing import Any


def chart_config() -> dict[str, Any]:
    """Nothing leaves the ward, nothing is edited, the page keeps its scroll.

    The send-to-cloud buttons and links would post a patient's data to another company's servers;
    they are off here and a test holds that. The window of time is set by the controls of the page,
    so the figure has no tools of its own.
    """
    return {
        "showSendToCloud": False,
        "showEditInChartStudio": False,
        "showLink": False,
        "plotlyServerURL": "",
        "displayModeBar": False,
        "displaylogo": False,
        "scrollZoom": False,
        "doubleClick": False,
        "editable": False,
        "responsive": True,
    }
