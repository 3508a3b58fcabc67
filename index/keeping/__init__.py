"""What is stored: entries in; articles, passages, terms and vectors kept equal, and searched, out."""
