"""The fast reader of JSON says what the slow one says, and leaves to it what it cannot read."""

from __future__ import annotations

import json
import math

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtools.connectors.jsonread import json_in

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def answer(content: bytes, kind: str = "application/json") -> requests.Response:
    """Return an answer as requests hands it out."""
    response = requests.Response()
    response.status_code = 200
    response.headers["Content-Type"] = kind
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response._content = content  # what a socket would have given
    return response


@settings(max_examples=100, deadline=None)
@given(said=ANYTHING, escaped=st.booleans())
def test_whatever_a_desk_says_is_read_as_the_standard_library_reads_it(
    said: object, escaped: bool
) -> None:
    content = json.dumps(said, ensure_ascii=escaped).encode("utf-8", "replace")
    assert same(json_in(answer(content)), json.loads(content))


def same(one: object, other: object) -> bool:
    """Tell whether two values are equal in type too: 1 is not 1.0."""
    return repr(one) == repr(other)


def test_half_a_surrogate_pair_and_no_number_are_read_too() -> None:
    assert json_in(answer(b'["\\ud800", 1]')) == ["\ud800", 1]
    found = json_in(answer(b"[NaN]"))
    assert isinstance(found, list)
    assert math.isnan(found[0])


def test_another_encoding_is_read_as_the_answer_names_it() -> None:
    said = answer('["é"]'.encode("latin-1"), "application/json; charset=iso-8859-1")
    assert json_in(said) == ["é"]


def test_bytes_that_also_are_utf8_go_by_the_encoding_that_is_named() -> None:
    said = answer('["é"]'.encode(), "application/json; charset=iso-8859-1")
    assert json_in(said) == ["Ã©"]


@pytest.mark.parametrize("content", [b"", b"[1", b"<html>", b"[1] and more"])
def test_what_is_no_json_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        json_in(answer(content))
