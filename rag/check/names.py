"""Whether a sentence has a name in another form."""

from __future__ import annotations

from dateline.rag.english.words import Words

_ENDINGS = frozenset(["", "n", "an", "ian", "ean", "i", "s", "es", "ese", "ish", "er", "a", "ia", "ic"])


def alike(key: str, other: str) -> bool:
    """Whether two stems are one name's: "Russia" and "Russian"."""
    common = next((n for n, (a, b) in enumerate(zip(key, other, strict=False)) if a != b), min(len(key), len(other)))
    return key == other or (common >= 4 and key[common:] in _ENDINGS and other[common:] in _ENDINGS)


def same_name(claim: Words, i: int, sentence: Words) -> bool:
    """Whether ``sentence`` has the name in another form: "Russia" for "Russian", "United Nations" for "UN"."""
    word = claim[i]
    key = word.key
    if any(alike(key, other.key) for other in sentence):
        return True
    return (word.text.isupper() and _spelled_out(key, sentence)) or any(
        other.text.isupper() and 2 <= len(other.key) <= 6 and other.key[0] == key[0] and _spelled_out(other.key, claim)
        for other in sentence
    )


def _spelled_out(initials: str, words: Words) -> bool:
    """Whether consecutive words of ``words`` begin with ``initials``."""
    if not 2 <= len(initials) <= 6:
        return False
    firsts = "".join(word.text[0].lower() for word in words if word.kind in ("name", "initial"))
    return initials in firsts
