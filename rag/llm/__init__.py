"""Writing with a language model: a question and evidence in, text whose every sentence was checked out."""
