"""The learned reader: its readings, its weights, its graph, and other readers in its place."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from dateline.index.errors import ModelError
from dateline.index.vectors.packaged import packaged_folder
from dateline.rag import Assistant, Settings
from dateline.rag.reader import weights
from dateline.rag.reader.calibration import Calibration
from dateline.rag.reader.model import MiniLMReader
from dateline.rag.reader.reading import Reading, Window
from dateline.rag.reader.shipped import open_reader

WINDOW = Window(
    "The bridge at Harwick reopened on Monday. Mayor Joan Pell cut the ribbon, and 1,200 people walked across.",
    "Bridge open again",
)


@pytest.fixture(scope="module")
def shipped() -> MiniLMReader:
    return MiniLMReader(packaged_folder())


def best(reading: Reading, window: Window) -> str:
    span = reading.spans(most=1)[0]
    return window.text[span.start : span.end]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who cut the ribbon?", "Joan Pell"),
        ("How many people walked across the bridge?", "1,200"),
        ("When did the bridge reopen?", "Monday"),
    ],
)
def test_it_finds_the_words_that_answer(shipped: MiniLMReader, question: str, words: str) -> None:
    [reading] = shipped.read(question, [WINDOW])
    assert words in best(reading, WINDOW)


def test_what_is_not_told_scores_lower(shipped: MiniLMReader) -> None:
    other = Window("The museum bought two paintings. Its director said they were worth the money.")
    told, untold = shipped.read("Who cut the ribbon?", [WINDOW, other])
    assert told.answers > untold.answers
    assert told.spans(most=1)[0].score > untold.spans(most=1)[0].score


def test_windows_of_any_length_come_back_in_order(shipped: MiniLMReader) -> None:
    windows = [Window("Joan Pell won. " * n) for n in (40, 1, 20, 3, 90)]
    readings = shipped.read("Who won?", windows)
    alone = [shipped.read("Who won?", [w])[0] for w in windows]
    for window, one, other in zip(windows, readings, alone, strict=True):
        assert one.offsets[-1, 1] <= len(window.text)
        np.testing.assert_array_equal(one.offsets, other.offsets)
    assert shipped.read("Who won?", []) == []


def test_the_graph_computes_what_the_network_does(shipped: MiniLMReader) -> None:
    import torch
    from transformers import AutoModel

    stored = weights.load().tensors
    network = AutoModel.from_pretrained(str(packaged_folder()), add_pooling_layer=False)
    encoder = {n.removeprefix("encoder."): torch.from_numpy(v) for n, v in stored.items() if n.startswith("encoder.")}
    network.load_state_dict(encoder, strict=False)
    question = "Who cut the ribbon?"
    encoded = shipped.tokenizer.encode(question, WINDOW.text)
    with torch.inference_mode():
        hidden = network(
            input_ids=torch.tensor([encoded.ids]),
            token_type_ids=torch.tensor([encoded.type_ids]),
            attention_mask=torch.ones(1, len(encoded.ids), dtype=torch.long),
        ).last_hidden_state[0].numpy()  # fmt: skip
    tokens = hidden @ stored["tokens.weight"].T + stored["tokens.bias"]
    [reading] = shipped.read(question, [Window(WINDOW.text)])
    first = encoded.type_ids.index(1)
    evidence = tokens[first : first + len(reading.evidence), 2]
    assert np.corrcoef(evidence, reading.evidence)[0, 1] > 0.98  # eight bits are not thirty-two


def test_spans_do_not_overlap_and_come_best_first() -> None:
    offsets = np.array([[0, 3], [4, 7], [8, 11], [12, 15]])
    starts = np.array([3.0, 0.0, 2.0, -1.0], np.float32)
    ends = np.array([0.0, 3.0, -1.0, 2.0], np.float32)
    reading = Reading(offsets, starts, ends, np.zeros(4, np.float32), 0.0)
    # 0-1 scores 3 + 3; of what is left, 2-3 scores 2 + 2.
    assert [(s.start, s.end, s.score) for s in reading.spans(most=2)] == [(0, 7, 6.0), (8, 15, 4.0)]
    assert [(s.start, s.end) for s in reading.spans(4, 11, 1)] == [(4, 7)]
    assert reading.spans(5, 6) == []


def test_weights_that_are_not_the_described_ones_are_refused(tmp_path: Path) -> None:
    for name in ("reader.json", "reader.safetensors"):
        shutil.copy(weights.FOLDER / name, tmp_path)
    assert weights.load(tmp_path).card["sha256"] == weights.load().card["sha256"]
    content = bytearray((tmp_path / "reader.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "reader.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match=r"reader\.safetensors is not the file that reader\.json describes"):
        weights.load(tmp_path)


def test_weights_survive_being_written(tmp_path: Path) -> None:
    matrix = np.random.default_rng(1).normal(size=(8, 16)).astype(np.float32)
    weights.save(
        {"encoder.layer.0.dense.weight": matrix, "tokens.bias": np.array([1.5, -2.0, 0.25], np.float32)}, {}, tmp_path
    )
    loaded = weights.load(tmp_path).tensors
    assert np.abs(loaded["encoder.layer.0.dense.weight"] - matrix).max() <= np.abs(matrix).max() / 127
    assert loaded["tokens.bias"].tolist() == [1.5, -2.0, 0.25]


def test_a_calibration_is_a_logistic_model() -> None:
    weighed = Calibration({"m": {"bias": -1.0, "a": 2.0}}, {})
    assert weighed.probability("m", {"a": 0.5, "unknown": 9.0}) == 0.5


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A question-answering model of two narrow layers, untrained, as Transformers saves one."""
    from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

    folder = tmp_path_factory.mktemp("qa")
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    BertForQuestionAnswering(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(packaged_folder())).save_pretrained(folder)
    return str(folder)


def test_a_transformers_model_reads_too(small_model: str) -> None:
    reader = open_reader(small_model)
    assert reader is not None
    readings = reader.read("Who cut the ribbon?", [WINDOW, Window("Nobody came."), WINDOW])
    assert len(readings) == 3
    for reading, window in zip(readings, (WINDOW, Window("Nobody came."), WINDOW), strict=True):
        for start, end in reading.offsets.tolist():
            assert 0 <= start < end <= len(window.text)
        assert window.text[slice(*reading.offsets[0])] == window.text.split()[0].rstrip(".")
    np.testing.assert_allclose(readings[0].starts, readings[2].starts, atol=1e-4)


def test_a_reader_that_does_not_exist_is_named(tmp_path: Path) -> None:
    reader = open_reader(str(tmp_path / "nowhere"))
    assert reader is not None
    with pytest.raises(ModelError, match=r"nowhere.*cannot be loaded"):
        reader.read("Who?", [WINDOW])


def test_off_shows_sentences_alone(seed_assistant: Assistant) -> None:
    without = Assistant(seed_assistant.retriever, reader="off")
    answer = without.ask("Where was the meeting shifted to?")
    assert "Oman" in answer.text
    assert answer.short == ()
    assert "**" not in answer.text


def test_any_object_that_reads_will_do(seed_assistant: Assistant) -> None:
    asked: list[str] = []

    class Nothing:
        name = "nothing"

        def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
            asked.append(question)
            zero = np.zeros(0, np.float32)
            return [Reading(np.zeros((0, 2), np.int64), zero, zero, zero, -5.0) for _ in windows]

    Assistant(seed_assistant.retriever, reader=Nothing()).ask("Where was the meeting shifted to?")
    assert asked == ["Where was the meeting shifted to?"]


def test_the_setting_is_one(small_model: str) -> None:
    assert Settings.load({"reader": small_model}, environ={}).reader == small_model
    assert Settings.load({}, environ={"DATELINE_READER": "off"}).public()["reader"] == "off"
