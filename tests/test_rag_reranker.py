import time
from pathlib import Path

import pytest
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from dateline.index.errors import ModelError
from dateline.rag.search.reranker import CrossEncoderReranker

WORDS = ["storm", "harbour", "lisbon", "market", "rates", "team", "cup", "minister", "paris", "strike"]


def save_cross_encoder(folder: Path, outputs: int = 1) -> str:
    """Make a one-layer BERT cross-encoder with random weights, in ``folder``."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]) + "\n")
    BertTokenizerFast(str(vocabulary)).save_pretrained(folder)
    config = BertConfig(
        vocab_size=5 + len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=outputs,
        initializer_range=0.5,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_cross_encoder(tmp_path_factory.mktemp("models") / "reranker")


def nodes(count: int = 10) -> list[NodeWithScore]:
    return [
        NodeWithScore(node=TextNode(id_=str(i), text=WORDS[i % len(WORDS)]), score=1.0 - i / 100) for i in range(count)
    ]


def ids(found: list[NodeWithScore]) -> list[str]:
    return [node.node.node_id for node in found]


class Slow:
    """Stands in for the loaded model: every batch takes a while, a later passage is always better."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.batches: list[int] = []

    def predict(self, pairs: list[tuple[str, str]], **_: object) -> list[float]:
        time.sleep(self.seconds)
        first = sum(self.batches)
        self.batches.append(len(pairs))
        return [float(first + place) for place in range(len(pairs))]


def with_encoder(encoder: Slow, **more: object) -> CrossEncoderReranker:
    reranker = CrossEncoderReranker(model="unused", **more)  # type: ignore[arg-type]
    reranker._encoder = encoder
    return reranker


def test_the_order_is_the_model_s_own(model: str) -> None:
    from sentence_transformers import CrossEncoder

    given = nodes()
    found = CrossEncoderReranker(model=model, batch_size=3, budget=60).postprocess_nodes(given, query_str="storm cup")
    expected = CrossEncoder(model).predict([("storm cup", n.node.get_content()) for n in given])
    assert ids(found) == [str(i) for i in sorted(range(len(given)), key=lambda i: -expected[i])]
    assert [n.score for n in found] == pytest.approx(sorted(expected, reverse=True), abs=1e-5)


def test_batches_are_as_large_as_asked_and_cover_every_passage() -> None:
    encoder = Slow(0)
    found = with_encoder(encoder, batch_size=4).postprocess_nodes(nodes(10), query_str="storm")
    assert encoder.batches == [4, 4, 2]
    assert ids(found) == [str(i) for i in reversed(range(10))]


def test_when_the_budget_is_over_unread_passages_keep_their_order_behind_the_read_ones() -> None:
    encoder = Slow(0.05)
    found = with_encoder(encoder, batch_size=2, budget=0.08).postprocess_nodes(nodes(10), query_str="storm")
    read = sum(encoder.batches)
    assert 2 <= read < 10
    assert ids(found) == [str(i) for i in reversed(range(read))] + [str(i) for i in range(read, 10)]
    scores = [node.get_score() for node in found]
    assert scores == sorted(scores, reverse=True)


def test_it_returns_at_most_top_n_and_leaves_its_input_alone() -> None:
    given = nodes(5)
    found = with_encoder(Slow(0), top_n=2).postprocess_nodes(given, query_str="storm")
    assert ids(found) == ["4", "3"]
    assert [n.score for n in given] == [1.0 - i / 100 for i in range(5)]


def test_without_a_query_or_passages_there_is_nothing_to_do() -> None:
    reranker = CrossEncoderReranker(model="never loaded")
    assert reranker.postprocess_nodes([], query_bundle=QueryBundle("storm")) == []
    assert ids(reranker.postprocess_nodes(nodes(2))) == ["0", "1"]


def test_a_model_that_is_not_there_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="could not be loaded"):
        CrossEncoderReranker(model=str(tmp_path / "none")).postprocess_nodes(nodes(2), query_str="storm")


def test_a_classifier_of_pairs_is_no_reranker(tmp_path: Path) -> None:
    folder = save_cross_encoder(tmp_path / "nli", outputs=3)
    with pytest.raises(ModelError, match="3 outputs"):
        CrossEncoderReranker(model=folder).postprocess_nodes(nodes(2), query_str="storm")
