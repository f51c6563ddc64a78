"""YAML files: plain data, places, and every mistake with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtools.errors import ConfigError, Mistake
from sdtools.yamlfile import load_text


def mistakes(text: str | bytes) -> list[Mistake]:
    with pytest.raises(ConfigError) as caught:
        load_text(text, "f.yaml")
    return list(caught.value.mistakes)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("2026-01-01", "2026-01-01"),
        (".inf", ".inf"),
        ("true", True),
        ("False", False),
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("~", None),
        ("", None),
        ("!!str 12", "12"),
        ("'true'", "true"),
    ],
)
def test_only_true_false_null_and_plain_numbers_are_more_than_text(
    written: str, read: object
) -> None:
    assert load_text(f"a: {written}\n", "f.yaml").data == {"a": read}


def test_places_are_those_of_keys_and_values_from_one() -> None:
    document = load_text("a:\n  - b: 1\n    c: [x, y]\n", "f.yaml")
    assert document.place(("a",), key=True) == (1, 1)
    assert document.place(("a", 0, "b")) == (2, 8)
    assert document.place(("a", 0, "c"), key=True) == (3, 5)
    assert document.place(("a", 0, "c", 1)) == (3, 12)


def test_a_place_that_is_not_written_is_that_of_its_nearest_parent() -> None:
    document = load_text("a:\n  b: {c: 1}\n", "f.yaml")
    assert document.place(("a", "b", "missing")) == (2, 6)
    assert document.place(("nothing", 3)) == (1, 1)


def test_a_mistake_carries_its_source_line() -> None:
    document = load_text("a: 1\nb:   2\n", "f.yaml")
    mistake = document.mistake(("b",), "odd", "this is odd", "make it even")
    assert str(mistake) == "f.yaml:2:6: this is odd; make it even"
    assert mistake.source == "b:   2"


def test_numbers_can_be_keys() -> None:
    document = load_text("1: [a]\n2: [b]\n", "f.yaml")
    assert document.data == {1: ["a"], 2: ["b"]}
    assert document.place((2,), key=True) == (2, 1)


def test_merge_brings_in_what_is_not_written_and_keeps_what_is() -> None:
    document = load_text("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz: *x\n", "f.yaml")
    assert document.data == {"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}, "z": {"a": 1, "b": 2}}
    assert document.place(("y", "a")) == (1, 11)
    assert document.place(("y", "b")) == (4, 6)


def test_the_first_of_several_merged_mappings_wins() -> None:
    text = "x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz: {<<: [*x, *y]}\n"
    assert load_text(text, "f.yaml").data == {
        "x": {"a": 1},
        "y": {"a": 2, "b": 2},
        "z": {"a": 1, "b": 2},
    }


def test_duplicate_keys_are_refused_with_both_places_and_all_at_once() -> None:
    found = mistakes("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert [str(one) for one in found] == [
        "f.yaml:4:3: 'c' is written twice; first on line 3, column 3",
        "f.yaml:5:1: 'a' is written twice; first on line 1, column 1",
    ]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "empty-file", (0, 0)),
        ("# only words\n", "empty-file", (0, 0)),
        ("a:\n\t- b\n", "tab", (2, 1)),
        ("a: [1,\n", "bad-yaml", (2, 1)),
        ("a: b: c\n", "bad-yaml", (1, 5)),
        ("a: @x\n", "bad-yaml", (1, 4)),
        ("a: *x\n", "bad-yaml", (1, 4)),
        ("a: 1\n--- \nb: 2\n", "bad-yaml", (2, 1)),
        ("a: 1\nb: \x00\n", "bad-character", (2, 4)),
        (b"a: 1\nb: \xe9\n", "not-utf8", (2, 4)),
        ("a: !!python/object:os.system x\n", "bad-tag", (1, 4)),
        ("a: !!int x\n", "bad-tag", (1, 4)),
        ("? [1, 2]\n: 3\n", "bad-key", (1, 3)),
        ("a: {<<: 3}\n", "bad-merge", (1, 9)),
        ("a: &x [*x]\n", "too-deep", (1, 4)),
    ],
)
def test_what_cannot_be_read_is_a_mistake_with_its_place(
    text: str | bytes, code: str, place: tuple[int, int]
) -> None:
    found = mistakes(text)
    assert [(one.code, (one.line, one.column)) for one in found] == [(code, place)]


def test_aliases_of_aliases_cannot_blow_a_small_file_up() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert [one.code for one in mistakes(text)] == ["too-deep"]


def test_a_byte_order_mark_is_no_content() -> None:
    assert load_text("\ufeffa: é\n".encode(), "f.yaml").data == {"a": "é"}


@given(st.text())
def test_no_text_makes_yaml_raise_its_own_errors(text: str) -> None:
    try:
        load_text(text, "f.yaml")
    except ConfigError as error:
        assert error.mistakes
        assert all(one.file == "f.yaml" and one.message for one in error.mistakes)
