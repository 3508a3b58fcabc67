"""A follow-up and its history -> a question that stands alone, by a language model that is not trusted.

::

    rewriter = LLMRewriter(llm)                          # any LlamaIndex LLM
    rewriter.rewrite("And with Fidan?", history)         # "Who spoke with Fidan and when?"

What the model writes is taken only where it is the question asked, filled in from the conversation: ``objection`` says
what speaks against it. Otherwise, and where the model is missing, slow or failing, the rules of ``dateline.rag.question.rewrite``
rewrite.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence

from llama_index.core.llms import LLM

from dateline.index.errors import LLMError
from dateline.index.prose.sentences import split
from dateline.rag.english.tokens import content_stems
from dateline.rag.llm import prompt
from dateline.rag.llm.stream import first_line
from dateline.rag.llm.wording import plain
from dateline.rag.question.referents import PRONOUN
from dateline.rag.question.rewrite import rewrite

log = logging.getLogger(__name__)

PATIENCE = 15.0
"""Seconds for a rewriting: the rules take none."""
_LONGEST = 400
"""Characters of a line that can be a question."""
_LONGER = 160
"""Characters that a rewriting may add."""
_MOST_BROUGHT = 10
"""Content words that a rewriting may add; more retells the conversation."""

_LABEL = re.compile(r"^\W*(?:(?:the\s+)?(?:standalone|rewritten|full|complete)\s+)?(?:question|follow-up)\s*:\s*", re.I)
_QUOTES = "\"'“”‘’« »"
_INTERROGATIVE = re.compile(r"\b(who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"^\W*(?:and\s+)?(?:(?:what|how)\s+about\b|which(?:\s+ones?)?\W*$)", re.IGNORECASE)
_YES_NO = re.compile(
    r"^\W*(?:and\s+|but\s+|so\s+)?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:oh|ok|okay|wow|cool|great|interesting|really|thanks|thank|yes|yeah|no|sorry|well|hmm|wait|right|alright)\b",
    re.IGNORECASE,
)
_LINKS = content_stems("besides regarding concerning involving including compared based related")
"""Words that tie what is brought to the question."""
_NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|without)\b|n['’]t\b", re.IGNORECASE)


class LLMRewriter:
    """Rewrites follow-ups by ``llm``, within ``patience`` seconds; by rules where that brings nothing."""

    def __init__(self, llm: LLM, *, patience: float = PATIENCE) -> None:
        self.llm = llm
        self.patience = patience

    def rewrite(self, question: str, history: Sequence[Mapping[str, str]]) -> str:
        """Return ``question`` made standalone; without a history it stands alone, and the model is not asked.

        ``history`` are the earlier messages, oldest first, as ``{"role": "user" or "assistant", "content": Markdown}``.
        """
        if not question.strip() or not any(message.get("content") for message in history):
            return question
        try:
            written = self._written(question, history)
        except LLMError as error:
            log.warning("the follow-up is rewritten by rules: %s", error)
            return rewrite(question, history)
        if against := objection(written, question, history):
            log.info("the follow-up is rewritten by rules: %s", against)
            return rewrite(question, history)
        return written

    def _written(self, question: str, history: Sequence[Mapping[str, str]]) -> str:
        """Return what the model writes, without label and quotation marks. Raises LLMError."""
        try:
            limits = self.llm.metadata
        except Exception as error:  # any adapter's
            raise LLMError(f"the language model does not tell its limits: {error}") from error
        messages = prompt.standalone(question, history, context_window=limits.context_window)
        line = first_line(self.llm, messages, patience=self.patience, longest=_LONGEST)
        return _LABEL.sub("", plain(line)).strip(_QUOTES)


def objection(written: str, question: str, history: Sequence[Mapping[str, str]]) -> str | None:
    """Return why ``written`` is not ``question`` filled in from ``history``, or None where it is.

    It must keep the words of the question and what is asked for, bring something, all of which the conversation has,
    and be a single question of bounded length.
    """
    if not 1 <= len(split(written)) <= len(split(question)) or written.count("?") > max(1, question.count("?")):
        return "it is not one question"
    if "?" in question and not written.endswith("?"):
        return "it does not ask"
    if len(written) > len(question) + _LONGER:
        return "it is too long"
    kept = content_stems(written)
    if lost := content_stems(_ASIDE.sub(" ", question)) - kept:
        return f"it loses {', '.join(sorted(lost))}"
    new = kept - content_stems(question) - _LINKS
    if not new or len(new) > _MOST_BROUGHT:
        return "it brings nothing" if not new else "it retells the conversation"
    if invented := new - content_stems("\n".join(str(message.get("content") or "") for message in history)):
        return f"it brings {', '.join(sorted(invented))}, of which nothing was said"
    if (pronouns := len(PRONOUN.findall(question))) and len(PRONOUN.findall(written)) >= pronouns:
        return "it leaves the pronouns open"
    if bool(_NEGATION.search(written)) != bool(_NEGATION.search(question)):
        return "it affirms what was denied, or the reverse"
    return _asks_otherwise(written, question)


def _asks_otherwise(written: str, question: str) -> str | None:
    """Return an objection where a when has become a where, or a yes-or-no question another."""
    if _YES_NO.match(question):
        return None if _YES_NO.match(written) else "it asks for more than yes or no"
    if _WHAT_ABOUT.match(question):
        return None
    wanted = {word.lower() for word in _INTERROGATIVE.findall(question)}
    kept = {word.lower() for word in _INTERROGATIVE.findall(written)}
    return f"it does not ask {', '.join(sorted(wanted - kept))}" if wanted - kept else None
