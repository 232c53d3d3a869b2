"""Figures as plain dictionaries: pure functions of columns, a theme and a window of time."""
