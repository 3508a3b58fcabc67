"""Who stood in a relation with whom, and when: evidence in, events that their tellings are merged into out."""
