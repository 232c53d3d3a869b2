"""Streamlit's settings keep patients' data in, and its colours are ours."""

import importlib.metadata
import sys
import tomllib
from pathlib import Path

import pytest

from dashboard.tokens import PALETTES, Theme

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())

WANTED = {
    ("client", "showErrorDetails"): "none",
    ("client", "toolbarMode"): "minimal",
    ("browser", "gatherUsageStats"): False,
    ("server", "enableXsrfProtection"): True,
    ("server", "enableCORS"): True,
    ("server", "enableStaticServing"): False,
    ("server", "enableAgentApi"): False,
    ("server", "fileWatcherType"): "none",
    ("server", "runOnSave"): False,
    ("server", "address"): "127.0.0.1",
    ("runner", "postScriptGC"): False,
    ("global", "minCachedMessageSize"): 1000,
    ("runner", "magicEnabled"): False,
}


@pytest.mark.parametrize(("section", "name"), WANTED, ids=".".join)
def test_a_setting_is_as_it_must_be(section: str, name: str) -> None:
    assert SETTINGS[section][name] == WANTED[section, name]


def test_only_named_hosts_are_answered_and_messages_are_small() -> None:
    hosts = SETTINGS["server"]["allowedHosts"]
    assert hosts
    assert "*" not in hosts
    assert SETTINGS["server"]["maxUploadSize"] <= 20
    assert SETTINGS["server"]["maxMessageSize"] <= 20


@pytest.mark.parametrize(("section", "theme"), [("light", Theme.DAY), ("dark", Theme.NIGHT)])
def test_the_theme_has_the_colours_of_the_tokens(section: str, theme: Theme) -> None:
    colours, palette = SETTINGS["theme"][section], PALETTES[theme]
    assert colours == {
        "primaryColor": palette.text,
        "backgroundColor": palette.page,
        "secondaryBackgroundColor": palette.surface,
        "textColor": palette.text,
        "borderColor": palette.line,
        "linkColor": palette.text,
    }


def test_nothing_of_the_dashboard_hides_a_module_of_the_same_name() -> None:
    # Streamlit puts the script's own folder first on sys.path.
    installed = importlib.metadata.packages_distributions()
    taken = {*sys.stdlib_module_names, *installed} - {"dashboard"}
    names = {path.stem for path in (ROOT / "dashboard").iterdir() if not path.name.startswith("_")}
    assert names & taken == set()
