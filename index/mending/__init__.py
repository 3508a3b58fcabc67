"""A damaged or doubtful index in; what is wrong with it, and an index made whole, out."""
