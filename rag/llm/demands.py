"""What a server's refusals teach about the requests it takes: no system role, no temperature, fewer tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_SYSTEM = re.compile(
    r"""\b(?:system|developer)['"`]?\ (?:role|message|prompt|instruction)s?\b.{0,60}?\b(?:not|isn't|unsupported|un\w*able|only)\b
      | \b(?:not|n't)\ (?:\w+\ ){0,3}?support.{0,40}?\b(?:system|developer)\b | \b(?:system|developer)\b.{0,40}?\b(?:not|un)\ ?support
      | developer\ instruction | roles?\ must\ alternate | only\ (?:\w+\ )?['"`]?user['"`]?,?\ and\ ['"`]?(?:assistant|model)
      | (?:unknown|unexpected|invalid|unsupported)\ (?:message\ )?role:?\ ['"`]?system
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_OUTPUT = re.compile(
    r"max_?(?:completion_|new_|output_)?tokens|maxOutputTokens|max(?:imum)? (?:completion |output |new )?tokens|completion tokens",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:less than or equal to|less than|at most|maximum(?: value| allowed)?(?: is| of|:)?|<=|≤|up to|exceed|range of \[\d+,|between \d+ and"
    r"|\[\d+,)\s*(\d[\d,]*)",
    re.IGNORECASE,
)
_NO_STREAM = re.compile(r"""["'`]?\bstream(?:ing)?\b["'`]?.{0,60}?(?:not (?:be )?support|unsupported|must be false)|to stream this model|"param":\s*"stream\"""", re.I | re.DOTALL)  # fmt: skip


@dataclass
class Demands:
    """How requests are made to one server. ``output`` is what it calls the tokens to write, "" for not at all."""

    system: bool = True
    temperature: bool = True
    stream: bool = True
    output: str = "max_tokens"
    most: int | None = None

    def learn(self, refusal: str, body: dict[str, Any]) -> bool:
        """Take in why ``body`` was refused; whether it is made otherwise from now on."""
        if self.system and any(m["role"] == "system" for m in body["messages"]) and _SYSTEM.search(refusal):
            self.system = False
        elif self.temperature and "temperature" in body and re.search("temperature", refusal, re.IGNORECASE):
            self.temperature = False
        elif self.output and self.output in body and _OUTPUT.search(refusal):
            self._fewer(refusal, body[self.output])
        elif self.stream and _NO_STREAM.search(refusal):
            self.stream = False
        else:
            return False
        return True

    def _fewer(self, refusal: str, asked: int) -> None:
        most = _MOST.search(refusal)
        if most and 0 < (number := int(most[1].replace(",", ""))) < asked:
            self.most = number
        else:
            self.output = "max_completion_tokens" if self.output == "max_tokens" else ""

    def meet(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return ``body`` as the server takes it."""
        met = dict(body)
        output = met.pop("max_tokens")
        if self.output:
            met[self.output] = min(output, self.most or output)
        if not self.temperature:
            met.pop("temperature", None)
        if not self.stream:
            met.pop("stream", None)
        if not self.system:
            met["messages"] = _without_system(met["messages"])
        return met


def _without_system(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the messages with what the system says at the head of the first one."""
    system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    others = [dict(m) for m in messages if m["role"] != "system"]
    if not system:
        return others
    if not others or others[0]["role"] != "user":
        return [{"role": "user", "content": system}, *others]
    others[0]["content"] = f"{system}\n\n{others[0]['content']}"
    return others
