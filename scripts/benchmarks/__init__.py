"""The benchmarks: each measured beside a baseline in the same run (see docs/benchmarks.md)."""
