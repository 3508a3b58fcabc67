"""Articles that were found in, entries written to a store out."""
