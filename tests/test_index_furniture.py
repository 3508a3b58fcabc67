import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.index.prose.furniture import furniture_spans, is_furniture, units

FURNITURE = [
    "icon-facebook icon-twitter icon-whatsapp",
    "Facebook Twitter WhatsApp Email",
    "Share this article",
    "Share on Facebook",
    "12 comments",
    "ALSO READ: Ministers agree on fishing quotas",
    "Read more: What the new quotas mean",
    "READ MORE",
    "Related: Five charts on fishing",
    "More:What the new quotas mean for the north",
    "You may also like",
    "Advertisement",
    "Story continues below",
    "Subscribe to our newsletter",
    "Sign up here for our daily newsletter and never miss a story.",
    "Follow us on Twitter and Instagram",
    "Follow Jane Doe on Twitter: @janedoe",
    "Jane Doe covers the coast for the Gazette. Reach her at jane@example.org.",
    "We use cookies to improve your experience.",
    "By continuing to use this site you agree to our terms.",
    "We will use your details to manage your registration, as described in our Privacy Policy.",
    "Photo: Jane Doe/Gazette",
    "(AP Photo/Jane Doe)",
    "Boats lie in the harbour of Bodø on Monday. Jane Doe/Getty Images",
    "Thu Jan 29 2026",
    "29 January 2026",
    "Published: January 29, 2026 10:15 am",
    "Updated Jan. 30, 2026, 9:05 p.m. ET",
    "3 hours ago",
    "4 min read",
    "By Jane Doe and John Roe",
    "(Reporting by Jane Doe; Editing by John Roe)",
    "Home > World > Europe",
    "Skip to main content",
    "Tags: fishing, quotas",
    "© 2026 The Gazette. All rights reserved.",
    "LONDON —",
    "* * *",
]

PROSE = [
    "More than 200 people were taken to hospital.",
    "Share prices fell three percent on Monday.",
    "Comments by the president drew criticism at home.",
    "Photo identification is required at the polls.",
    "Video of the incident shows a man running from the scene.",
    "Read the minister's lips: there will be no new taxes, he told reporters.",
    "Follow-up talks are planned for next week in Geneva.",
    "Home prices rose faster than wages.",
    "Subscribers to the service complained of outages.",
    "Advertisement revenue fell by a tenth last year.",
    "Watch officials said the avalanche began at dawn.",
    "“Sign up for our newsletter,” the company had told its customers, she said.",
    "The airline told customers to reach its agent at claims@example.org by Friday.",
    "By Thursday the water had reached the second floor.",
    "By Monday evening, police had arrested four men",
    "On 29 January 2026 the two ministers met in Oslo.",
    "January 29 was the last day of the talks.",
    "At 10:15 a.m. the first shot was fired.",
    "The site uses cookies, and the regulator wants to know why it did not ask.",
    "Related companies were searched as well, prosecutors said.",
    "Print runs have shrunk every year since 2010.",
    "Written by a former minister in 1969, the book became a classic within weeks.",
    "Opinion polls put the party ahead by four points.",
    "Contributions from the two states will pay for the bridge.",
    "Pictures of the flooded town went round the world.",
    "The Agency said: “We will not comment.”",
    "ISLAMABAD: Pakistan on Thursday stressed the importance of dialogue.",
    "Sections of the road are still closed.",
    "Topics discussed included trade and security.",
    "Tags on the animals showed that they had crossed the border twice.",
    "Image rights, the player's lawyer said, were never part of the deal.",
    "“We must act now,” Doe tweeted. “Tomorrow is too late.”",
    "Analysis of the samples will take a week, the laboratory said.",
    "Latest news about the storm reached the capital on Friday.",
    "Most popular in the north, the party lost votes elsewhere.",
    "Special to this region are the black storks.",
    "Image from a satellite shows smoke over the port.",
    "Picture by the artist hangs in Oslo.",
    "By signing up to the treaty, states agree to cut emissions.",
    "Get ready for alerts on your phone: the country tests its sirens on Monday.",
    "Register to vote by email until Friday.",
    "The report was updated in March to include 40 new cases.",
    "Register offices stayed closed.",
    "Analysis: An earlier version misstated the number of states. The correct number is 36. https://example.org",
    "The watchdog said the company had changed its privacy policy without telling anyone.",
    "We never sold your data, the company told its customers in a letter that it later withdrew.",
    "This report says that prices will fall.",
    "No.",
    "It is over.",
    "The two sides met (Photo sessions were not allowed).",
    "Copyright holders have sued the company for two billion dollars.",
    "Menu prices went up by a fifth.",
    "Search teams found the wreck on Friday.",
    "Email accounts of three senators were opened by the attackers.",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_is_found(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize("line", PROSE)
def test_prose_is_kept(line: str) -> None:
    assert not is_furniture(line)
    text = f"The council met on Monday.\n\n{line}\n\nIt will meet again on Friday."
    if line.endswith((".", "”", ")")):
        assert furniture_spans(text) == ()


def shown(text: str) -> list[str]:
    return [text[start:end] for start, end in furniture_spans(text)]


def test_sub_headline_stands_between_paragraphs() -> None:
    text = (
        "The boats left at dawn.\n\nRegional concern\n\nThe neighbours protested.\n\nThe fleet\n\nIt has nine ships.\n"
    )
    assert shown(text) == ["Regional concern", "The fleet"]


def test_sub_headline_among_lines_that_are_paragraphs() -> None:
    text = (
        "The boats left at dawn, the ministry said in a statement on Monday.\n"
        "North and south remaining ‘in close contact’: PM\n"
        "The neighbours protested on Tuesday and called their ambassador home.\n"
    )
    assert shown(text) == ["North and south remaining ‘in close contact’: PM"]


def test_lists_labels_scores_and_quotations_are_no_headings() -> None:
    for lines in (
        "Apples\n\nPears\n\nPlums",
        "Polls close: 8 p.m. local time",
        "NO. 6 BAYLOR 49, TEXAS TECH 28",
        "“We will pay for it,” Doe wrote",
    ):
        assert shown(f"This is what was said.\n\n{lines}\n\nThat was all.") == []


def test_hard_wrapped_prose_is_no_heading() -> None:
    text = (
        "The harbour bridge reopened on Thursday after repairs that took\n"
        "Norwegian and Danish engineers nine days and\n"
        "two nights, the city said. Traffic was heavy in the morning as\n"
        "commuters returned.\n\n"
        "Costs\n\n"
        "The mayor said the work had cost two million crowns and that it\n"
        "was worth it.\n"
    )
    assert len(units(text)) == 3
    assert shown(text) == ["Costs"]


def test_offsets_are_those_of_the_text_with_its_own_line_ends() -> None:
    text = "The boats left.\r\n\r\n  Advertisement  \r\n\r\nThey came back."
    [(start, end)] = furniture_spans(text)
    assert text[start:end] == "Advertisement"


@given(st.text(alphabet=st.sampled_from("aA b.:\n\r\t–—@>»(“"), max_size=300))
def test_spans_are_in_order_and_apart(text: str) -> None:
    spans = furniture_spans(text)
    assert all(start < end <= len(text) for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize("unit", ["are >", "Aaaa", "icon-icon", "sat ", "Share x ", "labels ", "a: ", "A/A ", "› › "])
def test_no_line_takes_long(unit: str) -> None:
    begin = time.process_time()
    for start in ("", "Written by ", "Photo by ", "home ", "Contact "):
        for end in ("", "!", "é{"):
            is_furniture((start + unit * 200)[:390] + end)
    assert time.process_time() - begin < 1
