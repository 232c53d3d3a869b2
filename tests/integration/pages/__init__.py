"""Whole pages on a real store, without a browser."""
