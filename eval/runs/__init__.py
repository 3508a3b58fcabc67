"""A system and a question in; outcomes, their scores and the summary of them out."""
