"""The load suite: shorter by default, the whole of it with --long."""

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a load test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.load)
            # Servers and their viewers use all the cores there are: one at a time.
            item.add_marker(pytest.mark.xdist_group("load"))
