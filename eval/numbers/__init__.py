"""Scores in; metrics, intervals and tests out, on the standard library alone."""
