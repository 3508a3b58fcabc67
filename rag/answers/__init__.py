"""Writing without a model: evidence in, a draft of the articles' own sentences with its citations out.

One writer a file (``table``, ``days``, ``overview``, ``fact``, ``yes_no``), asked one after the other by ``extractive``.
"""
