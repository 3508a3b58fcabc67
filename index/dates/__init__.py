"""Time: a text and its day in; time expressions with their days, datelines and tense out."""
