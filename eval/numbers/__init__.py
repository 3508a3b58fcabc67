"""Scores in; metrics, intervals and tests out: metrics on the standard library alone, the rest by SciPy."""
