"""Tickets against a small base of known errors, in two languages."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtools.matching import Matcher
from sdtools.model.knowledge import KnownError, KnownErrorKind, Signature


def known(
    name: str,
    title: str,
    text: str,
    signature: Signature | None = None,
    linked: tuple[str, ...] = (),
) -> KnownError:
    return KnownError(
        id=f"article/{name}",
        kind=KnownErrorKind.article,
        desk_id=name,
        title=title,
        text=text,
        signature=signature,
        linked_texts=linked,
    )


BASE = (
    known("1", "VPN fails with error 809", "The firewall blocks UDP 500. Open it for the gateway."),
    known("2", "Printer prints blank pages", "Clean the heads, then print a test page."),
    known("3", "L'imprimante réseau est hors ligne", "Redémarrer le spouleur sur le serveur."),
    known("4", "Le mot de passe a expiré", "Changer le mot de passe sur le portail."),
    known("5", "Outlook asks for the password again", "Remove the saved credentials of the user."),
    known("6", "Laptop does not wake up", "Update the firmware of the dock and of the laptop."),
)


def test_a_ticket_in_other_words_finds_its_known_error_first() -> None:
    found = Matcher(BASE).candidates("The printers on floor 3 print pages that are blank")
    assert found[0].known_error == "article/2"
    assert found[0].score >= 0.5
    assert not found[0].signature


def test_french_without_accents_finds_french() -> None:
    found = Matcher(BASE).candidates("imprimantes reseau hors ligne depuis ce matin")
    assert found[0].known_error == "article/3"
    assert found[0].score >= 0.5


def test_a_ticket_about_something_else_is_not_worth_a_suggestion() -> None:
    for text in (
        "Please order a new chair for the meeting room on the second floor",
        "Installation de Photoshop sur le poste de la comptabilité",
        "New colleague starts on Monday and needs an account",
    ):
        assert all(one.score < 0.5 for one in Matcher(BASE).candidates(text)), text


def test_one_common_word_is_not_worth_a_suggestion() -> None:
    (only,) = Matcher(BASE).candidates("VPN")
    assert only.known_error == "article/1"
    assert only.score < 0.5


def test_what_shares_no_word_is_no_candidate() -> None:
    assert Matcher(BASE).candidates("zebra crossing") == ()
    assert Matcher(BASE).candidates("") == ()
    assert Matcher(()).candidates("printer") == ()


def test_the_evidence_quotes_the_ticket() -> None:
    best = Matcher(BASE).candidates("Outlook asking my PASSWORD")[0]
    assert best.evidence == "words Outlook, asking, PASSWORD"


def test_best_bounds_how_many_come() -> None:
    matcher = Matcher(BASE)
    text = "print password laptop error firewall pages mot imprimante"
    assert len(matcher.candidates(text)) == 5
    assert matcher.candidates(text, best=2) == matcher.candidates(text)[:2]


def test_texts_of_linked_tickets_teach_users_words() -> None:
    text = "My tunnel to the office drops at home"
    assert Matcher(BASE).candidates(text) == ()
    taught = known("1", BASE[0].title, BASE[0].text, linked=("Home office tunnel is broken",))
    assert Matcher((taught, *BASE[1:])).candidates(text)[0].known_error == "article/1"


def test_base_texts_may_be_empty() -> None:
    matcher = Matcher((known("1", "", ""), known("2", "Printer jam", "")))
    assert [one.known_error for one in matcher.candidates("printer jam")] == ["article/2"]


def test_a_signature_comes_first_with_full_score() -> None:
    base = (*BASE, known("7", "Wifi", "Certificate.", Signature(codes=("0x80090326",))))
    found = Matcher(base).candidates("VPN fails with error 809 or 0x80090326, the firewall?")
    assert [(one.known_error, one.score, one.signature) for one in found[:1]] == [
        ("article/7", 1.0, True)
    ]
    assert found[0].evidence == "code 0x80090326"
    assert found[1].known_error == "article/1"
    assert not found[1].signature
    assert len({one.known_error for one in found}) == len(found)


def matched(signature: Signature, text: str) -> str:
    found = Matcher((known("1", "", "", signature),)).candidates(text)
    return found[0].evidence if found else ""


@pytest.mark.parametrize(
    "text", ["Erreur 809.", "error:809", "(809)", "ERROR 809, again", "n°809", "at 809"]
)
def test_a_code_is_found_as_a_whole_word(text: str) -> None:
    assert matched(Signature(codes=("809",)), text) == "code 809"


@pytest.mark.parametrize("text", ["1809", "8090", "809a", "10.809", "809.5", "v_809", "0x809"])
def test_a_code_is_not_found_inside_another_one(text: str) -> None:
    assert matched(Signature(codes=("809",)), text) == ""


def test_a_code_of_several_words_is_found_across_a_line_break() -> None:
    signature = Signature(codes=("Échec ORA-00942",))
    assert matched(signature, "echec\n  ora-00942") == "code Échec ORA-00942"


def test_terms_must_all_be_there_as_words() -> None:
    signature = Signature(terms=("imprimantes", "hors ligne"))
    assert matched(signature, "L'IMPRIMANTE est hors ligne") == "terms imprimantes, hors ligne"
    assert matched(signature, "imprimante en ligne, hors service") == ""
    assert matched(signature, "imprimantes") == ""


def test_a_pattern_is_searched_without_case() -> None:
    signature = Signature(patterns=(r"stop code:? \w+_watchdog",))
    assert matched(signature, "Blue screen, STOP CODE DPC_WATCHDOG").startswith("pattern ")
    assert matched(signature, "stop code watchdog") == ""


def test_a_pattern_that_explodes_does_not_hold_up_the_others() -> None:
    evil = known("1", "", "", Signature(patterns=(r"(\w+\s?)+$x",)))
    fine = known("2", "", "", Signature(patterns=("aaa!",)))
    found = Matcher((evil, fine)).candidates("a" * 5000 + "!")
    assert [one.known_error for one in found] == ["article/2"]


def test_a_pattern_that_is_none_names_its_known_error() -> None:
    with pytest.raises(ValueError, match=r"known error article/1: pattern '\(': missing \)"):
        Matcher((known("1", "", "", Signature(patterns=("(",))),))


def test_a_signature_that_declares_nothing_matches_nothing() -> None:
    assert matched(Signature(), "anything") == ""
    assert matched(Signature(codes=("--",), terms=("...",)), "-- ...") == ""


@settings(deadline=None)
@given(st.text(max_size=300), st.lists(st.sampled_from([one.text for one in BASE]), max_size=2))
def test_any_text_is_answered_in_order_and_within_bounds(text: str, parts: list[str]) -> None:
    found = Matcher(BASE).candidates("\n".join([text, *parts]))
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_order_of_the_base_does_not_change_the_scores() -> None:
    shuffled = random.Random(4).sample(BASE, len(BASE))
    for text in ("printer blank page", "mot de passe du portail", "dock firmware error"):
        here = {one.known_error: one.score for one in Matcher(BASE).candidates(text)}
        there = {one.known_error: one.score for one in Matcher(shuffled).candidates(text)}
        assert here == pytest.approx(there, abs=1e-3)
