"""What somebody said, warned, demanded or thinks: whose words are shown, which of them, and in what form."""

import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document
from dateline.rag.question.analysis import analyse
from dateline.rag.rules.asked_speech import asked_speech
from dateline.rag.rules.clauses import read
from dateline.rag.rules.quotations import quotations

SUMMIT = Document(
    "summit",
    "Bordurian President Karl Anton Voss has warned that a tariff could ruin the fishing towns.\n\n"
    "According to Bordurian President Karl Voss, the two navies have stayed away from each other all year.\n\n"
    "Ruritanian officials flatly rejected the warning, saying the tariff would stay until autumn.\n\n"
    "“The next boat will be seized. Do not come back,” Voss wrote, saying patrols were on their way.\n\n"
    "“Nobody can fish in an atmosphere of threats,” Ruritanian Foreign Minister Lena Roth said in televised remarks, "
    "adding that she had not spoken with envoy Otto Brandt for weeks.\n\n"
    "Roth on Tuesday urged Borduria to open its ports, warning that empty harbours would breed anger.\n\n"
    "Fishing must go on, said Ilse Marek, who has led the skippers’ guild since spring.\n\n"
    "The guild’s lawyers said the patrols broke the treaty of 1953, according to a note seen on Monday.\n\n"
    "Marek, who announced last week that the guild would strike, was cheered by the crowd.\n\n"
    "Deputy Minister Dahl “stressed that talks remain open,” the ministry said.\n\n",
    published="2026-02-04",
)


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("What did Voss say about a tariff?", "**Karl Anton Voss: a tariff could ruin the fishing towns**"),
        ("What did Voss warn of?", "**Karl Anton Voss: a tariff could ruin the fishing towns**"),
        ("What did the Bordurian president say about a tariff?", "**Karl Anton Voss: a tariff could ruin the fishing towns**"),
        ("What did Voss say about the navies?", "**Karl Anton Voss: the two navies have stayed away from each other all year**"),
        ("What is Voss's view on the tariff?", "**Karl Anton Voss: a tariff could ruin the fishing towns**"),
        ("What did Ruritania's foreign minister say about Brandt?", "**Lena Roth: she had not spoken with envoy Otto Brandt for weeks**"),
        ("What did Roth urge?", "**Lena Roth urged Borduria to open its ports, warning that empty harbours would breed anger**"),
        ("What did Roth say about anger?", "**Lena Roth: empty harbours would breed anger**"),
        ("What did Marek say about fishing?", "**Ilse Marek: Fishing must go on**"),
        ("What did Marek announce?", "**Ilse Marek: the guild would strike**"),
        ("What did the lawyers say about the treaty?", "**The guild’s lawyers: the patrols broke the treaty of 1953**"),
        ("What did Ruritanian officials say about the tariff?", "**Ruritanian officials: the tariff would stay until autumn**"),
        ("What did Dahl stress?", "**Dahl: “stressed that talks remain open,”**"),
    ],
)  # fmt: skip
def test_the_answer_leads_with_what_was_said(question: str, lead: str) -> None:
    assert ask(question, [SUMMIT]).lead == lead


def test_only_sentences_of_the_speaker_on_the_topic_are_shown() -> None:
    draft = ask("What did the Bordurian president say about a tariff?", [SUMMIT])
    assert all("Voss" in s.text and "tariff" in s.text for s in draft.sentences)


def test_nobody_is_given_the_words_of_another() -> None:
    draft = ask("What did Brandt say about fishing?", [SUMMIT])
    assert draft.abstained and draft.reason == "not_stated"
    assert ask("What did Voss promise?", [SUMMIT]).lead == ""


def test_two_speakers_stand_side_by_side() -> None:
    draft = ask("Compare what Voss and Roth said", [SUMMIT])
    first, second = draft.lead.split(" · ")
    assert first.startswith("**Karl Anton Voss: “The next boat") and second.startswith("**Lena Roth: “Nobody can fish")


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("Who rejected the warning?", "Ruritanian officials"),
        ("Who warned that a tariff could ruin the fishing towns?", "Karl Anton Voss"),
        ("Who said that the patrols broke the treaty?", "The guild’s lawyers"),
    ],
)
def test_whoever_said_it_is_named_or_described(question: str, who: str) -> None:
    assert ask(question, [SUMMIT]).lead == f"**{who}**"


def said(text: str) -> list[tuple[str, str]]:
    [sentence] = read(Document("a", text))
    return [(q.speaker, sentence.text[q.start : q.end]) for q in quotations(sentence)]


def test_who_is_told_or_spoken_for_does_not_speak() -> None:
    assert said("Anton Keller was told by Mayor Ilse Brandt that the dam held.") == []
    assert ("Anton Keller", "the dam held") not in said("A spokesman for Anton Keller said the dam held.")
    assert said("Anton Keller did not say that the dam held.") == []


def test_a_report_ends_where_it_is_attributed() -> None:
    assert said("Mayor Ilse Brandt praised the crew, the council said.")[0] == ("Ilse Brandt", "praised the crew")


def test_a_question_for_a_deed_asks_for_no_words() -> None:
    assert asked_speech(analyse("What did the company build?")) is None
    assert asked_speech(analyse("How did Keller cross the river?")) is None
    assert asked_speech(analyse("What is the capital of Borduria?")) is None


def test_a_threat_is_told_in_whatever_verb() -> None:
    report = Document(
        "report",
        "“The next raid will be far worse,” Ada Brandt wrote on Monday.\n\n"
        "Ada Brandt said she had enjoyed the fair.\n\n"
        "Piet Haas, an adviser, said any strike would result in attacks on the harbour.\n\n",
        published="2026-02-03",
    )
    assert "far worse" in ask("What did Brandt threaten?", [report]).lead
    assert "attacks on the harbour" in ask("What did Haas threaten?", [report]).lead
