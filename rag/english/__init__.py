"""English as articles and questions are written: text in; tokens, comparable words, names of people and places out."""
