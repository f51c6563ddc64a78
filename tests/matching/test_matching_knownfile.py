"""Known errors declared in a file."""

from __future__ import annotations

import pytest

from sdtools.matching import KnownErrorsError, known_errors_from, with_declared
from sdtools.model.knowledge import KnownError, KnownErrorKind, Signature


def problems(data: object) -> list[tuple[str, str]]:
    with pytest.raises(KnownErrorsError) as caught:
        known_errors_from(data)
    return [(".".join(map(str, one.path)), one.message) for one in caught.value.problems]


def entry(**more: object) -> dict[str, object]:
    return {"id": "vpn-809", "title": "VPN fails with error 809", **more}


def test_an_entry_becomes_a_known_error_with_its_workaround_in_the_text() -> None:
    (made,) = known_errors_from(
        {
            "known_errors": [
                entry(
                    text="The firewall blocks UDP 500.",
                    workaround="Use the other gateway.",
                    url="https://wiki.example.org/809",
                    signature={"codes": ["809"], "patterns": ["vpn.*809"], "terms": ["vpn"]},
                )
            ]
        }
    )
    assert made == KnownError(
        id="file/vpn-809",
        kind=KnownErrorKind.file,
        desk_id="",
        title="VPN fails with error 809",
        text="The firewall blocks UDP 500.\nUse the other gateway.",
        url="https://wiki.example.org/809",
        workaround="Use the other gateway.",
        signature=Signature(patterns=("vpn.*809",), codes=("809",), terms=("vpn",)),
    )


@pytest.mark.parametrize(("key", "written"), [("article", 12), ("problem", "12")])
def test_an_entry_can_stand_for_an_object_of_the_desk(key: str, written: object) -> None:
    (made,) = known_errors_from({"known_errors": [entry(**{key: written})]})
    assert (made.id, made.kind, made.desk_id) == (f"{key}/12", key, "12")


def test_all_mistakes_come_at_once_with_the_way_to_them() -> None:
    data = {
        "known_errors": [
            {"id": "a", "signature": {"codes": [0x80070005]}},
            {"id": "b", "title": "x", "sinature": {}},
            {"id": "c", "title": "x", "signature": {"terms": "vpn"}},
        ]
    }
    assert problems(data) == [
        ("known_errors.0.title", "is missing"),
        ("known_errors.0.signature.codes.0", "must be text"),
        ("known_errors.1.sinature", "unknown key"),
        ("known_errors.2.signature.terms", "must be a list"),
    ]


def test_a_number_as_a_code_is_refused_because_yaml_has_changed_it_already() -> None:
    with pytest.raises(KnownErrorsError) as caught:
        known_errors_from({"known_errors": [entry(signature={"codes": [809]})]})
    assert "in quotes" in caught.value.problems[0].hint


def test_signatures_that_fit_nothing_or_everything_are_refused() -> None:
    signatures = [{}, {"codes": ["--"]}, {"patterns": ["("]}, {"patterns": [".*"]}]
    data = [entry(id=str(n), signature=one) for n, one in enumerate(signatures)]
    assert problems({"known_errors": data}) == [
        ("known_errors.0.signature", "declares nothing"),
        ("known_errors.1.signature.codes.0", "'--' has no word in it"),
        ("known_errors.2.signature.patterns.0", "pattern '(': missing ) at position 1"),
        ("known_errors.3.signature.patterns.0", "pattern '.*' fits every ticket"),
    ]


def test_the_same_entry_or_object_twice_is_refused() -> None:
    data = [entry(), entry(), entry(id="b", article=3), entry(id="c", article="3")]
    assert problems({"known_errors": data}) == [
        ("known_errors.1.id", "'file/vpn-809' is declared twice"),
        ("known_errors.3.article", "'article/3' is declared twice"),
    ]


def test_an_entry_is_not_an_article_and_a_problem() -> None:
    found = problems({"known_errors": [entry(article=1, problem=2)]})
    assert found == [("known_errors.0.problem", "an entry is an article or a problem")]


@pytest.mark.parametrize("data", [None, [], "text", {}, {"known_errors": []}])
def test_a_file_without_entries_is_refused(data: object) -> None:
    assert len(problems(data)) == 1


def test_a_file_declares_a_signature_for_an_article_of_the_desk() -> None:
    (article, other) = (
        KnownError(
            id=f"article/{n}", kind=KnownErrorKind.article, desk_id=n, title="VPN", text="Long text"
        )
        for n in ("12", "13")
    )
    declared = known_errors_from(
        {
            "known_errors": [
                entry(article=12, signature={"codes": ["809"]}),
                entry(id="own", workaround="Wait."),
            ]
        }
    )
    first, second, third = with_declared((article, other), declared)
    assert (first.title, first.text, first.signature) == (
        "VPN",
        "Long text",
        Signature(codes=("809",)),
    )
    assert second == other
    assert third.id == "file/own"
