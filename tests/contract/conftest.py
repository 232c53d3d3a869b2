"""The ward of the contract's stories, in a fresh store on each engine."""

import pytest

from db.engine import Store
from tests.contract.ward import Ward, open_ward


@pytest.fixture
def ward(store: Store) -> Ward:
    """The ward, in the store under test."""
    return store.write(open_ward)
