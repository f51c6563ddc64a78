"""Texts over the wire: what we write is what the desk gives back, or we say why we do not."""

from __future__ import annotations

import html

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtools.apply.marks import add_mark, mark, marks_in
from sdtools.connectors.desk import NewComment, NewHold, NewSolution, WriteState
from sdtools.connectors.glpi.desk import GlpiDesk
from sdtools.connectors.glpi.text import why_not
from sdtools.emulator.glpi.desk import EmbeddedGlpi

HOSTILE = (
    "l'imprimante de l'étage dit \"non\" 😀",
    "C:\\new\\table \\\\server\\share \\' \\\" \\",
    "&lt;p&gt; &amp;lt; &#60; &#38;lt; &nbsp; &copy",
    "&lt;",
    "NULL",
    "null",
    "<b>bold</b> & <script>alert(1)</script> 5 < 6 > 4",
    "Un titre de trois cents signes : " + "é" * 267,
    "one\r\ntwo\rthree\nfour\n\n\n\nfive",
    "    indented\n\ttab   and   blanks   ",
    "12\u202f500\xa0€ \u3000 \u2003.",
    "%s {{ x }} ${y} '; DROP TABLE glpi_tickets; --",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧 e\u0301 \u200f",
    "-1",
    "0",
    "[]",
)
ALPHABET = st.one_of(
    st.characters(exclude_categories=["Cs"]), st.sampled_from(" \n\r\t\xa0<>&;\\\"'#l%\0\x07")
)
TEXTS = st.lists(st.text(ALPHABET, min_size=1, max_size=40), min_size=1, max_size=20)


def with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def said(desk: GlpiDesk, ticket: str) -> dict[str, str]:
    return {one.id: one.text for one in desk.read_comments([ticket])[ticket]}


@pytest.mark.parametrize("text", HOSTILE)
def test_comments_holds_and_solutions_come_back_to_the_letter(desk: GlpiDesk, text: str) -> None:
    marked = add_mark(text, "key")
    written = [
        *desk.comment([NewComment(ticket="1", text=text, public=False)]),
        *desk.solve([NewSolution(ticket="1", text=text)]),
    ]
    desk.hold([NewHold(ticket="2", text=marked)])
    assert [one.state for one in written] == [WriteState.done] * 2
    assert [said(desk, "1")[one.id] for one in written] == [with_line_feeds(text)] * 2
    (reason,) = said(desk, "2").values()
    assert reason == with_line_feeds(marked)
    assert marks_in(reason) == {mark("key")}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_any_text_comes_back_to_the_letter_or_is_refused_with_the_reason(
    desk: GlpiDesk, texts: list[str]
) -> None:
    written = desk.comment([NewComment(ticket="3", text=one, public=True) for one in texts])
    found = said(desk, "3")
    for text, answer in zip(texts, written, strict=True):
        if answer.state is WriteState.refused:
            assert answer.detail == why_not(text) != ""
        else:
            assert found[answer.id] == with_line_feeds(text)


def test_a_refused_text_never_reaches_the_desk(glpi: EmbeddedGlpi, desk: GlpiDesk) -> None:
    assert desk.account_id == "2"
    asked = glpi.requests
    texts = (" ", "a\0b", "a\x1bb", "x" * 100_001)
    written = desk.comment([NewComment(ticket="1", text=text, public=True) for text in texts])
    assert [one.state for one in written] == [WriteState.refused] * 4
    assert glpi.requests == asked


def test_a_stranger_who_reads_the_comment_as_a_page_sees_the_text(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    text = 'Tom & Jerry <cat@example.org>\n"C:\\new"  &lt;b&gt; 😀'
    (written,) = desk.comment([NewComment(ticket="1", text=text, public=True)])
    opened = {"App-Token": glpi.app_token, "Authorization": f"user_token {glpi.user_token}"}
    token = requests.get(f"{glpi.url}/initSession", headers=opened, timeout=5).json()
    row = requests.get(
        f"{glpi.url}/{written.id}",
        headers={
            "App-Token": glpi.app_token,
            "Session-Token": token["session_token"],
            "X-GLPI-Sanitized-Content": "false",
        },
        timeout=5,
    ).json()
    page = row["content"].removeprefix("<p>").removesuffix("</p>").replace("<br>", "\n")
    assert html.unescape(page).replace("\xa0", " ") == text
