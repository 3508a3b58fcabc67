"""Question sets in, measured runs out."""
