"""Answers and articles in, HTML and its styles, script and fonts out."""
