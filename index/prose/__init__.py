"""Running text: an article in; its sentences, furniture, headline, copies and passages out."""
