"""Tests read as ward stories: given, when, then."""
