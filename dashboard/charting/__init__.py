"""The parts of the charting page: what was typed, when it was measured, and what it will do."""
