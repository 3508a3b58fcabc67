"""Does the passage say so: a claim and passages in; whether they support it, and what speaks against it, out."""
