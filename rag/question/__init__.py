"""What is asked: a question and its history in; the question standing alone, spelled as the articles do, and analysed out."""
