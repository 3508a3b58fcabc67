"""Articles in, searchable dated passages out."""
