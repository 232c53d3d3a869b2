"""Every step from an empty store to the present schema, for both engines."""
