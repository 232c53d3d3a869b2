"""Mutation testing of the clinical rules."""
