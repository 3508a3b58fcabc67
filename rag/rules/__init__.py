"""Hand-written readings of English: a sentence or question in; spans, deeds, speech, roles and verdicts out.

The one room without a floor of its own: the rooms of ``rag/`` use it, and it uses them.
"""
