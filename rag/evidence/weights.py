"""Weights of the cheap ranking of sentences: feature name -> log-odds; the features are explained where they are computed."""

from __future__ import annotations

SENTENCE: dict[str, float] = {
    "bigrams": 1.774,
    "context": 1.181,
    "cover": 3.36,
    "dense": 2.035,
    "dense_gap": 2.035,
    "hit_dense": -0.244,
    "hit_dense_gap": -0.244,
    "hit_first": -0.115,
    "hit_gap": 4.636,
    "hit_lexical": -0.579,
    "hit_rank": 1.482,
    "length": -0.188,
    "names": 0.086,
    "numbers": 0.278,
    "opening": 0.643,
    "passage_cover": 0.974,
    "pronoun": 0.087,
    "short": 0.059,
    "told": 1.667,
    "type": 0.855,
    "type_clause": -0.222,
    "type_name": -0.315,
    "type_number": 0.613,
    "type_person": 0.228,
    "type_phrase": -0.176,
    "type_place": -0.093,
    "type_quote": -0.151,
    "type_time": 0.97,
}
"""How well a sentence answers the question."""
