"""Outcomes in; reports, pages, drawings and comparisons for a person out."""
