"""Pure clinical rules over columns: no store, no clock, no file writes, no log."""
