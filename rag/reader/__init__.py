"""The learned reader: a question and windows of articles come in, spans, sentence scores and verdicts go out."""
