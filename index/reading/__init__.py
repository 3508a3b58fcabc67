"""Files, folders and collections in, documents out."""
