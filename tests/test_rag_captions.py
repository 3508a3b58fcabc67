import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document
from dateline.rag.evidence.captions import is_caption


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lindt for CNN Mourners light candles in Marrowby on May 26.",
        "Coast News/Getty Images Divers near the spot where the ferry sank.",
        "Ada Lindt/Associated Press A follower of the mayor waves.",
        "Ada Lindt/The Courier/AP",
        "EPA-EFE/Shutterstock",
        "Ada Lindt/Facebook Lindt signs books in Sallow.",
        "AP Photo/Ada Lindt The mayor speaks.",
        "Photo by Ada Lindt",
        "Image credit: the weather service",
    ],
)
def test_a_caption_opens_with_who_took_the_picture(text: str) -> None:
    assert is_caption(text)


@pytest.mark.parametrize(
    "text",
    [
        "Getty Images sued the company over its photos.",
        "A Reuters/CNN poll shows a close race.",
        "Ada Lindt works for CNN in Marrowby.",
        "The ferry sank, Reuters reported.",
        "Photos by amateurs are rare.",
        "(AP) The ferry sank.",
    ],
)
def test_news_about_agencies_is_no_caption(text: str) -> None:
    assert not is_caption(text)


def test_a_caption_is_not_quoted() -> None:
    report = Document(
        "report",
        "The ferry sank off Marrowby on Monday, the coastguard said.\n\n"
        "Ada Lindt for CNN Mourners gather where the ferry sank off Marrowby on May 26.\n\n"
        "Coast News/Getty Images Divers search off Cape Ends for the ferry that sank.\n\n",
        published="2026-05-28",
    )
    for question in (
        "Where did the ferry sink?",
        "When did the ferry sink?",
        "What do the articles say about the ferry?",
    ):
        draft = ask(question, [report])
        assert draft.sentences
        assert not any(is_caption(s.text) for s in draft.sentences)
