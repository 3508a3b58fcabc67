import pytest

from dateline.rag.question.analysis import analyse
from dateline.rag.rules.verdicts import LEADS, lead, verdict

STATED = [
    ("Did Norvia vote against the treaty?", "Vostia voted against the treaty, alongside Norvia and Marland.", "yes"),
    ("Is Norvia a member of the Guild?", "Guild member Norvia has opposed the plan.", "yes"),
    ("Has Lee been in contact with Kane?", "Lee said he had not been in contact with Kane.", "no"),
    ("Did Lee meet Kane?", "“Nothing to add,” Lee said, adding that he had not been in contact with Kane.", "no"),
    ("Did Lee meet Kane?", "Lee has been in contact with Kane.", None),
    (
        "Has the strike group arrived in the Middle Sea?",
        "Officials said a strike group led by a carrier had arrived in the Middle Sea waters.",
        "yes",
    ),
    ("Did the drug have side effects?", "No side effects were found.", "no"),
    ("Did the drug have side effects?", "No side effects would be found, she hoped.", None),
    ("Has the council approved the plan?", "The council must still approve the plan.", "planned"),
    ("Were the talks held in Oslo?", "Norvia had been expected to host a round of talks in Oslo.", "planned"),
    # active, in other tenses and words
    ("Did Marland attack Vostia?", "Marland attacked Vostia on Monday, killing three soldiers.", "yes"),
    ("Has Marland attacked Vostia?", "On Monday, Marland attacked Vostia from the sea.", "yes"),
    ("Has Marland attacked Vostia?", "Marland launched an attack on Vostia overnight.", "yes"),
    ("Has Marland attacked Vostia?", "Officials said Marland had attacked Vostia twice.", "yes"),
    ("Was Vostia attacked by Marland?", "Marland attacked Vostia on Monday.", "yes"),
    ("Did Marland attack Vostia?", "Vostia was attacked by Marland on Monday.", "yes"),
    ("Did Ann Lee meet Boris Kane?", "Foreign Minister Ann Lee met President Boris Kane in Oslo.", "yes"),
    ("Did Kane meet Lee?", "Foreign Minister Ann Lee met President Boris Kane in Oslo.", "yes"),
    ("Did Lee speak with Kane?", "Ann Lee held talks with Boris Kane on Tuesday.", "yes"),
    ("Did Lee speak with Kane?", "Lee and Kane spoke by telephone on Tuesday.", "yes"),
    ("Did Kane call Lee?", "Lee received a call from Kane on Sunday.", "yes"),
    ("Did Lee visit Oslo?", "Lee heard of the fire while on a visit to Oslo.", "yes"),
    ("Did Lee visit Oslo?", "Lee, who turned 50 last week, visited Oslo and Bergen.", "yes"),
    ("Did the central bank raise rates?", "The central bank raised rates on Thursday.", "yes"),
    ("Did Norvia vote against the treaty?", "Norvia was among six countries that voted against the treaty.", "yes"),
    ("Did Norvia vote for the treaty?", "Norvia voted against the treaty.", "no"),
    (
        "Does Norvia share a border with Vostia?",
        "Norvia, which shares a long border with Vostia, closed its ports.",
        "yes",
    ),
    ("Did Okafor resign?", "Okafor, the mayor of Harwick, resigned on Friday.", "yes"),
    ("Did Kane sign the law?", "Kane arrived at noon and signed the law.", "yes"),
    # passive, being, existence
    ("Was the treaty adopted?", "The council adopted a treaty on fishing last week.", "yes"),
    ("Was the treaty adopted?", "The treaty was adopted by a large majority.", "yes"),
    ("Was the summit moved to Oslo?", "However, the summit was later shifted to Oslo.", "yes"),
    ("Is Norvia a NATO member?", "NATO member Norvia, which lies in the north, has sent troops.", "yes"),
    ("Is Norvia a NATO member?", "Norvia is a NATO member.", "yes"),
    ("Is Norvia a NATO member?", "Norvia is not a NATO member.", "no"),
    ("Were there strikes in Harwick?", "There were strikes in Harwick on Monday.", "yes"),
    ("Were there blackouts?", "The grid said that there had been no blackouts.", "no"),
    # denials of the very deed
    ("Has Marland attacked Vostia?", "Marland has not attacked Vostia.", "no"),
    ("Did Lee speak with Kane?", "Lee said she had not spoken with Kane.", "no"),
    ("Did Lee meet Kane?", "Lee never met Kane.", "no"),
    ("Did Okafor resign?", "Okafor rejected calls to resign on Wednesday.", "no"),
    ("Did Lee sign the treaty?", "Lee refused to sign the treaty.", "no"),
    ("Did Marland attack the ship?", "Marland denied attacking the ship.", "no"),
    ("Did Marland attack the ship?", "Marland denied that it had attacked the ship.", None),
    ("Did Kane carry out his threat?", "Kane stopped short of carrying out his threat.", "no"),
    ("Has anyone died?", "No deaths were reported.", "no"),
    ("Has anyone died?", "Two people died in the fire.", "yes"),
    # the future
    ("Will Kane visit Oslo?", "Kane will visit Oslo in May.", "yes"),
    ("Will Kane visit Oslo?", "Kane plans to visit Oslo in May.", "yes"),
    ("Will Kane visit Oslo?", "Kane will not visit Oslo.", "no"),
    ("Did Kane visit Oslo?", "Kane will visit Oslo in May.", "planned"),
    ("Has Kane visited Oslo?", "Kane is expected to visit Oslo.", "planned"),
    ("Did Kane attack Vostia?", "Kane may have attacked Vostia.", "hedged"),
    ("Has Kane attacked Vostia?", "Norvia denied reports that Kane had attacked Vostia.", "no"),
    ("Has Kane attacked Vostia?", "Kane attacked Vostia, Lee claimed.", "hedged"),
    ("Does Norvia have nuclear weapons?", "Norvia has nuclear weapons.", "yes"),
    ("Does Norvia have nuclear weapons?", "Norvia does not have nuclear weapons.", "no"),
    ("Does Norvia have nuclear weapons?", "Norvia has no nuclear weapons.", "no"),
    ("Was anyone hurt?", "Nobody was hurt in the crash.", "no"),
    ("Was Lee the mayor of Harwick?", "Lee was the mayor of Harwick for ten years.", "yes"),
    ("Is Oslo in Norvia?", "Oslo is in Norvia.", "yes"),
    ("Did Norvia invade Vostia?", "Kane told Lee that Norvia had invaded Vostia.", "yes"),
    ("Did Norvia invade Vostia?", "Norvia said it had not invaded Vostia.", "no"),
]

SILENT = [
    ("Has Kane attacked Vostia?", "“The next attack will be far worse. Don’t make that happen again,” Kane wrote."),
    ("Has Kane attacked Vostia?", "Kane threatened to attack Vostia."),
    ("Has Kane attacked Vostia?", "Kane warned that Marland could attack Vostia."),
    ("Has Kane attacked Vostia?", "“It’s wrong to attack Vostia,” Kane said in an interview."),
    ("Has Marland attacked Vostia?", "Vostia attacked Marland on Monday."),
    ("Has Marland attacked Vostia?", "Marland attacked a convoy in Vostia."),
    ("Has Marland attacked Vostia?", "Marland’s ally attacked Vostia."),
    ("Has Marland attacked Vostia?", "Rebels in Marland attacked Vostia."),
    ("Has Marland attacked Vostia?", "If Marland attacked Vostia, oil prices would rise."),
    ("Has Marland attacked Vostia?", "Kane called on Marland not to attack Vostia."),
    ("Has Marland attacked Vostia?", "Kane urged Marland to attack Vostia."),
    ("Has Marland attacked Vostia?", "Kane said Norvia had attacked Vostia and Marland."),
    ("Has Marland attacked Vostia?", "Kane accused Marland of attacking Vostia."),
    ("Has Marland attacked Vostia?", "Kane fears that Marland attacked Vostia."),
    ("Has Marland attacked Vostia?", "Marland condemned the attack on Vostia."),
    ("Will Marland attack Vostia?", "Marland attacked Vostia last year."),
    ("Will Marland attack Vostia?", "Kane said it was wrong to attack Vostia."),
    ("Did Marland agree to talks?", "Marland said talks could not take place under threat."),
    ("Did Marland agree to talks?", "Kane called on Marland to agree to talks."),
    ("Did Lee meet Kane?", "Lee met Kane’s deputy in Oslo."),
    ("Did Lee meet Kane?", "Lee’s spokesman met Kane in Oslo."),
    ("Did Lee meet Kane?", "Lee met Park, and Kane flew home."),
    ("Did Lee meet Kane?", "Lee hoped to meet Kane in Oslo."),
    ("Did Lee meet Kane in Oslo?", "Lee met Kane in Bergen."),
    ("Did Ann Lee meet Kane?", "Tom Lee met Kane in Oslo."),
    ("Did Lee call Kane?", "Lee received a call from Kane on Sunday."),
    ("Did Lee visit Oslo?", "Lee praised the mayor of Oslo."),
    ("Did Lee visit Oslo?", "Lee cancelled a visit to Oslo."),
    ("Did Okafor resign?", "Okafor’s deputy resigned on Friday."),
    ("Did Okafor resign?", "Protesters urged Okafor to resign."),
    ("Was the treaty adopted?", "The council rejected a motion on the treaty."),
    ("Was the bridge closed?", "The road to the bridge was closed."),
    ("Is Norvia a NATO member?", "Norvia borders a NATO member."),
    ("Is Norvia a NATO member?", "Norvia, a former NATO member, has left."),
    ("Does Norvia share a border with Vostia?", "Norvia shares a border with Marland and trades with Vostia."),
    ("Did Norvia vote against the treaty?", "Norvia praised the countries that voted against the treaty."),
    ("Has anyone died?", "Doctors fear that more people may die."),
    ("Did Kane sign the law?", "Lee said before Kane signed the law that it was bad."),
    ("Did Kane sign the law?", "Kane said he was glad that Lee had signed the law."),
    ("Did the central bank raise rates?", "The head of the central bank raised doubts about rates."),
    ("Was Lee killed?", "Lee killed two wolves."),
    ("Did Lee kill Kane?", "Lee was killed by Kane."),
    ("Did Lee step down?", "Lee will not step down."),
    ("Has the war ended?", "When the war has ended, Kane will resign."),
    ("Did Lee meet Kane?", "Lee meets Kane on Friday."),
    ("Did Lee call the strike?", "Lee called off the strike."),
    ("Is Oslo in Norvia?", "Oslo is in talks with Norvia."),
    ("Is Lee in Oslo?", "Lee is in Bergen, not in Oslo."),
    ("Was Lee in Oslo?", "Lee was in Bergen while Kane was in Oslo."),
    ("Has the ferry sunk?", "The ferry nearly sank."),
    ("Has the ferry sunk?", "A ferry sank in 1990."),
    ("Was the summit held in Oslo?", "The summit was held in Bergen, not in Oslo."),
    ("Did the strike end?", "The union wants the strike ended."),
    ("Did Lee die in Oslo?", "Lee died in Bergen, police in Oslo said."),
    ("Did Lee speak with Kane?", "Lee spoke with Park about talks with Kane."),
    ("Is the bridge closed?", "The bridge was closed on Monday."),
    ("Does Lee support the plan?", "Lee supported the plan until last year."),
    ("Was the mayor arrested?", "The former mayor was arrested."),
    ("Did Norvia invade Vostia?", "The claim that Norvia invaded Vostia is false."),
    ("Did Norvia invade Vostia?", "Norvia, which Vostia invaded in 2019, held a vote."),
    ("Did Norvia invade Vostia?", "There is no evidence that Norvia invaded Vostia."),
    ("Did Norvia invade Vostia?", "Planes from Marland and Norvia invaded Vostia."),
    ("Did Norvia invade Vostia?", "Had Norvia invaded Vostia, war would have followed."),
]


@pytest.mark.parametrize(("question", "sentence", "expected"), STATED)
def test_what_a_sentence_states(question: str, sentence: str, expected: str | None) -> None:
    assert verdict(analyse(question), sentence) == expected


@pytest.mark.parametrize(("question", "sentence"), SILENT)
def test_no_verdict_from_a_sentence_that_tells_of_something_else(question: str, sentence: str) -> None:
    assert verdict(analyse(question), sentence) not in ("yes", "no", "planned")


def test_every_verdict_has_words() -> None:
    assert {said for _, _, said in STATED if said} <= set(LEADS)


def test_a_pronoun_means_the_name_only_where_that_is_known() -> None:
    asked = analyse("Will Dana Lee stay as coach?")
    assert verdict(asked, "She would not say whether she would stay.", resolved=True) == "open"
    assert verdict(asked, "She would not say whether she would stay.") is None


def test_a_question_that_denies_itself_gets_more_than_yes_or_no() -> None:
    assert lead(analyse("Did Lee not resign?"), "yes") != lead(analyse("Did Lee resign?"), "yes")
    assert lead(analyse("Didn't Lee resign?"), "no") == "**No, it is reported not to be so.**"
    assert lead(analyse("Did Lee resign?"), "no") == "**No.**"


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        ("Did Ruritania vote in favour of the treaty?", "Ruritania voted against the treaty.", "no"),
        ("Did the council approve the bridge?", "The council rejected the bridge.", "no"),
        ("Did Ruritania support the plan?", "Ruritania opposed the plan.", "no"),
        ("Did Ruritania support the plan?", "Ruritania did not oppose the plan.", None),
        ("Did the council reject the bridge?", "The council will approve the bridge.", None),
        ("Did Judge Okafor disclose trips?", "Judge Okafor belatedly disclosed trips he took in 2019.", "yes"),
    ],
)
def test_an_opposite_denies_and_what_is_said_of_the_object_is_no_part_of_it(
    question: str, text: str, said: str | None
) -> None:
    assert verdict(analyse(question), text) == said
