"""Texts in; vectors, and the Chroma collection that searches them, out."""
