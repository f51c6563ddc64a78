"""The short text of a comment holds all of it, and older texts can still be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtools.errors import StoreError
from sdtools.model.ticket import Comment
from sdtools.store.codec import Codec, to_micros
from sdtools.store.commentcode import decode_comment, encode_comment

HOSTILE = st.text(st.characters(exclude_categories=()), max_size=20)
COMMENTS = st.builds(
    Comment,
    id=HOSTILE,
    ticket_id=HOSTILE,
    author_id=HOSTILE,
    written=st.datetimes(timezones=st.just(UTC)),
    text=HOSTILE,
    public=st.booleans(),
    form=st.sampled_from(("comment", "task", "solution")),
)
EXAMPLE = Comment(
    id="ITILFollowup/1",
    ticket_id="7",
    author_id="2",
    written=datetime(2026, 11, 20, 8, tzinfo=UTC),
    text="Appelé à midi",
    public=True,
)


@settings(max_examples=100, deadline=None)
@given(comment=COMMENTS)
def test_any_comment_comes_back_and_is_kept_as_databases_can(comment: Comment) -> None:
    text = encode_comment(comment, to_micros(comment.written))
    assert text.encode().decode() == text
    assert "\0" not in text
    found = decode_comment(text)
    assert found == comment
    assert encode_comment(found, to_micros(found.written)) == text


@settings(max_examples=50, deadline=None)
@given(comment=COMMENTS)
def test_texts_from_before_fields_had_places_are_read_too(comment: Comment) -> None:
    assert decode_comment(Codec(Comment).dump(comment)) == comment


@pytest.mark.parametrize(
    "text", ["", "[]", "7", "null", '["1"]', '{"id": 1}', '["1","2","3",{},"",true,""]']
)
def test_a_text_that_is_none_of_ours_is_a_store_error(text: str) -> None:
    with pytest.raises(StoreError, match="a stored Comment cannot be read"):
        decode_comment(text)


def test_a_comment_takes_little_more_than_what_it_holds() -> None:
    text = encode_comment(EXAMPLE, to_micros(EXAMPLE.written))
    assert text == '["ITILFollowup/1","7","2",1795161600000000,"Appelé à midi",true,"comment"]'
