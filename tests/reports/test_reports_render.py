"""The report that people read: both languages, hostile text, one file that needs nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sdtools.errors import ConfigError
from sdtools.model.people import Directory, Group, Node
from sdtools.model.ticket import Ticket
from sdtools.reports.metrics.weekly import DEFINITIONS, Material, Weekly, weekly
from sdtools.reports.period import Period
from sdtools.reports.render import render_html, render_message, render_text, weekly_json
from sdtools.templating import LANGUAGES, Templates, packed_templates

MakeTicket = Callable[..., Ticket]
MakeMaterial = Callable[..., Material]

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\r\nBcc: a@example.org\n=cmd()'


class _Page(HTMLParser):
    """Every tag with its attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def report(make_material: MakeMaterial) -> Weekly:
    from datetime import UTC

    from sdtools.reports.period import parse_week

    now = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
    return weekly(make_material(800, now), parse_week("2026-W46", "Europe/Paris"), now)


@pytest.fixture
def hostile(
    make_material: MakeMaterial, make_ticket: MakeTicket, period: Period, now: datetime
) -> Weekly:
    plain = make_ticket(
        1,
        now - timedelta(days=2),
        title=HOSTILE,
        url="javascript:alert(1)",
        groups=("1",),
        category_id="1",
        articles=("12",),
        resolve_due=now - timedelta(hours=1),
    )
    ticket = replace(plain, number=HOSTILE)
    name = "=HYPERLINK(1) $\\frac{1}$ <b> 日本 😀"
    directory = Directory(
        groups={"1": Group(id="1", name=name, path=name)},
        categories={"1": Node(id="1", name=name, path=name)},
    )
    material = make_material(0, now)
    known = tuple(replace(one, title=HOSTILE, url=HOSTILE) for one in material.known_errors)
    return weekly(
        replace(material, desk=HOSTILE, tickets=(ticket,), directory=directory, known_errors=known),
        period,
        now,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_renders_with_its_definitions_in_every_language(
    report: Weekly, templates: Templates, language: str
) -> None:
    page = _Page(render_html(report, templates, language).page)
    text = render_text(report, templates, language)
    for each in DEFINITIONS:
        assert each.definition.of(language) in page.text
        assert each.definition.of(language) in text
    assert page.all("html") == [{"lang": language}]
    assert "None" not in page.text
    assert "None" not in text
    assert "&lt;" not in page.text


def test_the_two_languages_say_different_words(report: Weekly, templates: Templates) -> None:
    french, english = (render_text(report, templates, language) for language in LANGUAGES)
    assert "du 9 novembre 2026 au 15 novembre 2026" in french
    assert "9 November 2026 to 15 November 2026" in english
    assert "Sans groupe" in french
    assert "No group" in english


def test_the_file_needs_nothing_from_elsewhere(report: Weekly, templates: Templates) -> None:
    page = _Page(render_html(report, templates, "fr").page)
    images = page.all("img")
    assert len(images) == 3
    assert all(str(image["src"]).startswith("data:image/png;base64,") for image in images)
    assert all(image["alt"] for image in images)
    assert not page.all("link")
    assert not page.all("script")


def test_the_mail_shows_its_own_pictures_and_has_its_styles_inline(
    report: Weekly, templates: Templates
) -> None:
    message = render_message(report, templates, "en", ("boss@example.org",), "weekly-1")
    page = _Page(message.html)
    wanted = {f"cid:{part.cid}" for part in message.attachments}
    assert {image["src"] for image in page.all("img")} == wanted
    assert all(part.data.startswith(b"\x89PNG") for part in message.attachments)
    assert all("style" in cell for cell in page.all("td") if cell.get("class") == "tile")
    assert "@media" in message.html
    new = int(report.figure("new").value or 0)
    assert message.subject.startswith(f"[glpi] Week 2026-W46: {new} new")
    assert len(message.html) < 102_000  # more than that, and Gmail cuts the mail off


def test_tickets_to_look_at_lead_to_the_desks_own_pages(
    report: Weekly, templates: Templates
) -> None:
    links = {link["href"] for link in _Page(render_html(report, templates, "en").html).all("a")}
    assert report.breached
    assert {one.url for one in report.breached[:20]} <= links
    assert "https://glpi.example.org/" in links


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_stays_text_in_html(
    hostile: Weekly, templates: Templates, language: str
) -> None:
    page = _Page(render_html(hostile, templates, language).page)
    assert not page.all("script")
    assert not page.all("b")
    assert len(page.all("img")) == 3
    assert all(str(link["href"]).startswith(("https://", "#")) for link in page.all("a"))
    assert "<script>alert(1)</script>" in page.text
    cells = re.findall(r"<td[^>]*>\s*([^<]*)", render_html(hostile, templates, language).html)
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]


def test_hostile_text_makes_no_line_of_its_own_in_text_and_subject(
    hostile: Weekly, templates: Templates
) -> None:
    lines = render_text(hostile, templates, "en").splitlines()
    assert not [line for line in lines if line.startswith(("Bcc", "=cmd"))]
    message = render_message(hostile, templates, "en", ("boss@example.org",), "weekly-1")
    assert message.subject.isprintable()


def test_an_empty_desk_has_a_report_too(
    make_material: MakeMaterial, templates: Templates, period: Period, now: datetime
) -> None:
    empty = weekly(replace(make_material(0, now), done=()), period, now)
    for language in LANGUAGES:
        assert render_html(empty, templates, language).images
        assert "0" in render_text(empty, templates, language)
    assert "Nothing to report." in render_text(empty, templates, "en")


def test_a_running_week_says_that_it_is_not_over(
    make_material: MakeMaterial, templates: Templates, period: Period, now: datetime
) -> None:
    running = weekly(make_material(50, now), period, now - timedelta(days=3))
    assert "The week is still running" in _Page(render_html(running, templates, "en").html).text
    assert "The week is still running" in render_text(running, templates, "en")


def test_the_json_holds_the_figures_and_nothing_that_json_cannot_say(report: Weekly) -> None:
    told = json.loads(json.dumps(weekly_json(report), allow_nan=False))
    assert (told["week"], told["desk"], told["begin"]) == (
        "2026-W46",
        "glpi",
        "2026-11-08T23:00:00Z",
    )
    assert told["figures"]["new"]["value"] == report.figure("new").value
    assert told["figures"]["new"]["unit"] == "count"
    assert sum(row["new"] for row in told["by_group"]) == told["figures"]["new"]["value"]
    assert [one["number"] for one in told["breached"]] == [one.number for one in report.breached]
    assert {"rule", "tickets", "applied", "refused"} <= set(told["done"][0])


def test_the_same_figures_give_the_same_pages(report: Weekly, templates: Templates) -> None:
    one, other = (render_html(report, templates, "fr") for _ in range(2))
    assert one.page == other.page


def test_the_users_own_page_is_used_and_its_mistakes_are_named(
    report: Weekly, tmp_path: Path
) -> None:
    page = tmp_path / "report" / "weekly.html"
    page.parent.mkdir()
    page.write_text("<p>{{ report.desk }}</p>", encoding="utf-8")
    assert "<p>glpi</p>" in render_html(report, Templates.load([tmp_path]), "fr").html
    page.write_text("<p>\n{{ report.dask }}</p>", encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"^{re.escape(str(page))}:2: "):
        render_html(report, Templates.load([tmp_path]), "fr")
    page.write_text("<p>\n\n{% nonsense %}</p>", encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"^{re.escape(str(page))}:3: "):
        render_html(report, Templates.load([tmp_path]), "fr")


def test_every_text_of_the_catalogue_is_used() -> None:
    root = Path(__file__).parents[2]
    code = [*(root / "sdtools" / "reports").glob("*.py"), *packed_templates().rglob("*.*")]
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in code if path.name != "texts.yaml"
    )
    said = [re.sub(r"{[^}]*}", "[^.]+", key) for key in re.findall(r'"([a-z_.]+[^" ]*)"', source)]
    made = [f"{key}.+" for key in said if key.endswith(".")]  # t("deeds." ~ state)
    scales = ["priority.+", "status.+", "kind.+"]  # for the filter `word`, also in users' own files
    known = re.compile("|".join([*said, *made, *scales]))
    assert [key for key in Templates.load().texts.by_key if not known.fullmatch(key)] == []
