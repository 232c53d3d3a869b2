"""The use cases: the only place where the clinical rules and the store meet."""
