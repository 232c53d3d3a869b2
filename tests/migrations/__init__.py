"""Stores of every version, brought to the present."""
