"""Words as they are compared."""

from __future__ import annotations

import pytest

from sdtools.matching.tokenise import fold, language_of, tokens


def stems(text: str, language: str = "english") -> list[str]:
    return [stem for stem, _ in tokens(text, language)]


def test_case_and_accents_and_ligatures_make_no_difference() -> None:
    assert fold("Réseau ŒUVRE Straße") == fold("RESEAU oeuvre STRASSE")


def test_composed_and_decomposed_accents_are_the_same_word() -> None:
    assert stems("re\u0301seau", "french") == stems("r\u00e9seau", "french")


def test_apostrophes_split_words_straight_or_curly() -> None:
    assert stems("l'imprimante", "french") == stems("l’imprimante", "french") == ["imprim"]


def test_an_identifier_is_found_whole_and_by_its_parts() -> None:
    assert stems("ntoskrnl.exe") == ["ntoskrnl", "exe", "ntoskrnlex"]
    assert stems("KB-50-12") == ["kb", "50", "12", "kb5012"]


def test_camel_case_gives_its_parts_too() -> None:
    assert stems("FileNotFoundException")[1:] == ["file", "found", "except"]


def test_codes_are_never_stemmed_nor_split() -> None:
    assert stems("0x800F0922 E1s") == ["0x800f0922", "e1s"]


def test_a_hash_that_somebody_pasted_is_no_word() -> None:
    assert stems("a" * 41 + " printer") == ["printer"]


def test_stop_words_go_and_the_words_of_a_question_stay() -> None:
    assert stems("How do I print with the scanner") == ["how", "do", "print", "scanner"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Je n'arrive plus à imprimer sur le réseau", "french"),
        ("I cannot print on the network", "english"),
        ("VPN 809", ""),
        ("", ""),
    ],
)
def test_the_language_is_that_of_the_stop_words(text: str, language: str) -> None:
    assert language_of(text) == language
