"""Files and public sets in, question sets out."""
