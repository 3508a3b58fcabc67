"""Captions of photographs: sentences that open with who took the picture, which no answer should quote."""

from __future__ import annotations

import re

_NAME = r"[A-Z][\w.’'-]+(?:\s+(?:[A-Z]\.?|de|van|von|der|al|el|[A-Z][\w.’'-]+)){0,4}"
_AGENCY = (
    r"(?:AP|AFP|EPA|EPA-EFE|Reuters|REUTERS|Getty(?:\s+[Ii]mages)?|Bloomberg|Shutterstock|Sipa(?:\s+USA)?|Zuma(?:\s+Press)?"
    r"|ZUMA|Redux|Alamy|Anadolu(?:\s+Agency)?|NurPhoto|Xinhua|CNN|Pool|USA\s+TODAY(?:\s+(?:Sports|Network))?|Imagn(?:\s+Images)?"
    r"|Associated\s+Press|Press\s+Association|PA(?:\s+Images)?|Magnum(?:\s+Photos)?|Rex(?:\s+Features)?|UPI|TASS|Polaris|Facebook|Instagram|Twitter|TikTok|YouTube)"
)
_BEHIND = r"(?=\W*$|\W+(?:FILE\b|[A-Z\d“\"]))"
"""A caption begins with a capital behind its credit."""
_OPENS = re.compile(
    rf"""\W*(?:
        (?:{_NAME}|[A-Z]{{2,}})\s?/\s?(?:[\w’'.&-]+(?:\s[A-Z]\w+){{0,2}}\s?/\s?){{0,3}}{_AGENCY}{_BEHIND}
      | {_NAME}\s+for\s+(?:CNN|USA\ TODAY|The\ [A-Z]\w+)\s+(?=[A-Z])
      | {_NAME},?\s+(?:via\s+)?(?:AP\ Photo|Getty\ Images){_BEHIND}
      | (?:AP\ Photo|Getty\ Images|Handout)\s?[/:|]\s?\w
      | (?:Photo|Image|Picture|Credit|Video)s?\ (?:by\ [A-Z]|credit|courtesy\ of|:)
    )""",
    re.VERBOSE,
)
_CREDIT = re.compile(rf"[^.!?]{{0,60}}(?:/\s?{_AGENCY}|\bGetty Images|\bAP Photo)\W*$")
"""A short text that ends with an agency is nothing but a credit."""


def is_caption(text: str) -> bool:
    """Whether a sentence is a photograph's credit, or a caption behind the credit of the one before."""
    return bool(_OPENS.match(text) or _CREDIT.fullmatch(text))
