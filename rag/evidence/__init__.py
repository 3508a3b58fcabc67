"""What may answer: a question and its passages in; ranked sentences, and how likely they answer it, out."""
