import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dateline.index.errors import ModelError
from dateline.index.vectors import minilm, packaged
from dateline.index.vectors.embedding import (
    PackagedEmbedder,
    SentenceTransformerEmbedder,
    as_llama_embedding,
    computes_bfloat16,
    load_sentence_transformer,
)
from dateline.index.vectors.packaged import packaged_folder
from dateline.index.vectors.pooling import quantise, restore, similarities, unit

TEXTS = [
    "who spoke with the minister and when?",
    "",
    "Türkiye’s foreign minister — on Wednesday — urged talks. " * 3,
    "word " * 400,
]


@pytest.mark.filterwarnings("ignore")
def test_numpy_and_sentence_transformers_give_the_same_vectors() -> None:
    few = PackagedEmbedder().encode(TEXTS)
    many = SentenceTransformerEmbedder(str(packaged_folder())).encode(TEXTS)
    assert few.shape == many.shape == (4, 384)
    assert few.dtype == np.float32
    np.testing.assert_allclose(few, many, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(few, axis=1), 1, atol=1e-6)


def test_a_question_needs_neither_torch_nor_the_hub() -> None:
    code = (
        "import sys; from dateline.index.vectors.embedding import PackagedEmbedder; PackagedEmbedder().encode(['a question']);"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


def test_similar_texts_are_near() -> None:
    query, same, other = PackagedEmbedder().encode(
        ["Who phoned Dubai?", "He called Dubai.", "The price of wheat fell."]
    )
    assert query @ same > query @ other + 0.2


def test_no_texts_give_no_vectors() -> None:
    assert PackagedEmbedder().encode([]).shape == (0, 384)


def test_weights_that_are_not_the_original_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"something else")
    with pytest.raises(ModelError, match="not the original"):
        packaged._verify(weights)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.filterwarnings("ignore")
def test_a_model_is_loaded_without_a_bar_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    load_sentence_transformer(str(packaged_folder()))
    assert capfd.readouterr() == ("", "")


def test_a_model_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no-such-model"):
        SentenceTransformerEmbedder(str(tmp_path / "no-such-model")).encode(["x"])


def test_llama_index_sees_a_base_embedding() -> None:
    embedder = PackagedEmbedder()
    wrapped = as_llama_embedding(embedder)
    assert np.allclose(wrapped.get_query_embedding("a question"), embedder.encode(["a question"])[0], atol=1e-6)
    assert len(wrapped.get_text_embedding_batch(["a", "b"])) == 2


def test_remembered_vectors_are_the_same_and_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "_REMEMBERED", 2)
    embedder = PackagedEmbedder()
    first = embedder.encode(["one", "two", "one", "three"])
    np.testing.assert_array_equal(first[0], first[2])
    np.testing.assert_array_equal(embedder.encode(["three", "two", "one"]), first[[3, 1, 0]])
    assert embedder._few is not None
    assert len(embedder._few._remembered) == 2


PASSAGE = "Harbour strike. The Courier\nPilots stopped work on Monday. The port authority called the strike unlawful. Nobody was hurt."
SPANS = [[(28, 58), (59, 108), (109, 125)]]


@pytest.mark.filterwarnings("ignore")
def test_sentence_vectors_are_of_their_sentences_in_both_ways_of_computing() -> None:
    embedder = PackagedEmbedder()
    few, (numpy,) = embedder.encode_passages([PASSAGE], SPANS)
    assert numpy is not None
    model = SentenceTransformerEmbedder(str(packaged_folder()), bfloat16=computes_bfloat16())
    many, found = model.encode_passages([PASSAGE], SPANS)
    assert found is not None
    assert (few[0] @ many[0]) > 0.9995
    assert ((numpy * found[0]).sum(axis=1) > 0.999).all()
    np.testing.assert_allclose(np.linalg.norm(found[0], axis=1), 1, atol=1e-5)
    question = embedder.encode(["Who said that the strike was against the law?"])[0]
    assert int((numpy @ question).argmax()) == 1


@pytest.mark.filterwarnings("ignore")
def test_bfloat16_hardly_moves_a_vector() -> None:
    exact = SentenceTransformerEmbedder(str(packaged_folder())).encode(TEXTS)
    half = SentenceTransformerEmbedder(str(packaged_folder()), bfloat16=True).encode(TEXTS)
    assert ((exact * half).sum(axis=1) > 0.9995).all()


def test_a_sentence_beyond_the_model_s_length_is_encoded_alone() -> None:
    text = "word " * 400 + "The ferry sank."
    embedder = PackagedEmbedder()
    _, found = embedder.encode_passages([text], [[(0, 1999), (2000, 2015)]])
    assert found is not None
    np.testing.assert_allclose(found[0][1], embedder.encode(["The ferry sank."])[0], atol=1e-5)


def test_quantised_vectors_come_back_nearly_equal() -> None:
    vectors = PackagedEmbedder().encode(["The ferry sank.", "Nobody was hurt."])
    back = restore(quantise(vectors), 2)
    assert ((vectors * back).sum(axis=1) > 0.9998).all()
    assert len(quantise(vectors)) == 2 * 384


def test_stored_vectors_are_compared_as_they_are() -> None:
    vectors = unit(np.random.default_rng(0).standard_normal((5, 384)).astype(np.float32))
    data = quantise(np.vstack([vectors, np.zeros((1, 384), np.float32)]))
    assert similarities(data, 6, vectors[0]) == pytest.approx(restore(data, 6) @ vectors[0], abs=1e-6)
