"""Finding passages: a query in, ranked passages of an index out."""
