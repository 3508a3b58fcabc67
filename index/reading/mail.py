"""A mail -> an Article; a forwarded one counts for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from typing import cast

from dateline.index.layout.markup import text_of_html
from dateline.index.reading.articles import Article
from dateline.index.reading.encodings import decode, is_binary

_MAX_HEADER = 1_000
"""Characters of a mail's header that are read; parsing takes time with their square."""

_MAX_PARTS = 100
"""Parts of a mail."""

_STUB = 200
"""Characters; a plain part shorter than this beside a much longer HTML part only says that there is one."""

_PART = re.compile(rb"^content-type[ \t]*:", re.IGNORECASE | re.MULTILINE)
_FORWARDED = re.compile(
    r"^[ \t>]*(?:-{2,}[ ]*(?:forwarded message|original message|weitergeleitete nachricht|message transféré)[ ]*-*|begin forwarded message:)"
    r"[ \t>]*\r?\n(?P<head>(?:[ \t>*]*\r?\n)*(?:[ \t>*]*[A-Z][\w-]{1,12}\*?:[ \t*].*(?:\r?\n|\Z)(?:[ \t>]+(?![A-Z][\w-]{1,12}:).+\r?\n)*)+)",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER = re.compile(
    r"^[ \t>*]*(from|date|sent|subject|von|datum|betreff)\*?:[ \t*]*(.+?)[ \t*]*$", re.IGNORECASE | re.MULTILINE
)
_ALIAS = {"sent": "date", "von": "from", "datum": "date", "betreff": "subject"}


def read_eml(data: bytes) -> Article:
    """Return a mail's text parts (plain, or HTML where that says more), subject as title, sender as source, and date.

    A message forwarded in it, attached or quoted, is the article, with its own subject, sender and date.
    """
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if len(_PART.findall(data)) > _MAX_PARTS:
        raise ValueError(f"a mail of more than {_MAX_PARTS} parts; save the article's own mail")
    message = cast(EmailMessage, message_from_bytes(data, policy=_MailPolicy()))
    message = next(_forwarded(message), message)
    texts = [text.strip("\r\n") for text in _texts(message)]
    text = "\n\n".join(text for text in texts if text.strip())
    if not text or is_binary(text):
        raise ValueError("no text in the mail; save it with its text")
    headers = {name: _header(message, name) for name in ("from", "subject", "date")}
    if quoted := _FORWARDED.search(text):
        inner = {_ALIAS.get(name.lower(), name.lower()): value for name, value in _HEADER.findall(quoted["head"])}
        below = re.sub(r"^>[ ]?", "", text[quoted.end() :], flags=re.MULTILINE).strip("\r\n")
        if "from" in inner and below.strip():
            headers, text = {"from": "", "subject": "", "date": "", **inner}, below
    name, address = parseaddr(headers["from"])
    return Article(text).described(
        {"title": headers["subject"], "published": headers["date"], "source": name or address}
    )


class _MailPolicy(EmailPolicy):
    """Headers as text, none of them longer than anyone writes them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return a header's name and value; bytes beyond ASCII are what they most likely are."""
        name, value = super().header_source_parse(sourcelines)
        return name, _legible(value[:_MAX_HEADER])


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, TypeError, AttributeError):
        # A header that the standard library stumbles over says nothing.
        return ""


def _legible(value: str) -> str:
    """Return a header with its bytes beyond ASCII decoded."""
    if value.isascii():
        return value
    try:
        return decode(value.encode("utf-8", "surrogateescape"))
    except ValueError:
        return value


def _forwarded(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the messages attached to a mail that hold a text."""
    if message.get_content_maintype() != "multipart":
        return
    for part in message.walk():
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = cast(EmailMessage, part.get_payload(0))
            if any(text.strip() for text in _texts(inner)):
                yield inner


def _texts(message: EmailMessage) -> Iterator[str]:
    """Yield the texts of a mail in order: of alternatives the one that says most, attached text files too."""
    if message.get_content_type() == "multipart/alternative":
        plain, html = ("\n\n".join(found) for found in _alternatives(message))
        short = len(plain.strip())
        stub = short < _STUB and len(html) > (1.2 if _asks_for_html(plain) else 5) * short
        yield html if html.strip() and (not plain.strip() or stub) else plain
    elif message.is_multipart():
        for part in message.iter_parts():
            if part.get_content_type() != "message/rfc822":
                yield from _texts(cast(EmailMessage, part))
    elif message.get_content_type() in ("text/plain", "text/html", "text/markdown"):
        content = _content(message)
        yield text_of_html(content) if message.get_content_subtype() == "html" else content


def _alternatives(message: EmailMessage) -> tuple[list[str], list[str]]:
    plain: list[str] = []
    html: list[str] = []
    for part in message.iter_parts():
        found = list(_texts(cast(EmailMessage, part)))
        (plain if part.get_content_type() == "text/plain" else html).extend(found)
    return plain, html


def _asks_for_html(plain: str) -> bool:
    """Whether a plain part only says that the text is elsewhere."""
    return (
        not plain.strip()
        or re.search(r"\bhtml\b|\bbrowser\b|\bview (?:it|this|online)\b|\be-?mail client\b", plain, re.IGNORECASE)
        is not None
    )


def _content(part: EmailMessage) -> str:
    """Return a part's text by its declared character set where that fits its bytes, else by the bytes alone."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    declared = str(part.get_content_charset("") or "").lower()
    if declared and declared not in ("us-ascii", "ascii"):
        try:
            return data.decode(declared)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data) if data else ""
