"""The page of a plan: everything there is to review, safe to open, complete in one file."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from cli_desk import NOW, Sdtools

from sdtools.emulator.glpi.desk import EmbeddedGlpi

AT = ("--now", NOW.isoformat())
RULES = """\
version: 1
limits: {known_least: 1, known_percent: 0}
priority:
  - id: all-high
    why: a <b>reason</b>
    when: {kind: incident, status: [new, assigned], urgency: {lt: high}}
    then: {set: {urgency: high}}
  - id: all-low
    when: {kind: incident, status: [new, assigned]}
    then: {set: {urgency: low}}
  - id: nowhere
    when: {group: No such group}
    then: {set: {impact: high}}
known_errors:
  - id: said
    mode: observe
    when: {kind: incident, status: [new, assigned]}
    then: {comment: {text: "Hello <script>alert(1)</script>"}}
"""


class Page(HTMLParser):
    """Takes down what a browser would load, follow and show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        self.tags.append(tag)
        known = dict(attrs)
        self.loads += [value for name in ("src", "srcset", "data") if (value := known.get(name))]
        self.links += [known["href"] or ""] if "href" in known else []
        self.ids += [known["id"] or ""] if "id" in known else []


def made(folder: Path, sdtools: Sdtools, *more: str) -> tuple[str, list[dict[str, str]]]:
    """Return the page and the changes of a plan by these rules."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    done = sdtools("plan", "glpi", "--html", "plan.html", "--json", *more, *AT)
    assert done.code == 1, done.err  # one rule is switched off here
    changes = done.json["changes"]
    assert isinstance(changes, list)
    return Path("plan.html").read_text(encoding="utf-8"), changes


def test_the_page_needs_nothing_else_and_runs_nothing(folder: Path, sdtools: Sdtools) -> None:
    text, _ = made(folder, sdtools)
    page = Page(text)
    assert not {"script", "link", "iframe", "img"} & set(page.tags)
    assert page.loads == []
    assert "url(" not in text
    assert "@import" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "a &lt;b&gt;reason&lt;/b&gt;" in text


def test_every_change_is_there_with_before_after_and_a_link_to_the_desk(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    text, changes = made(folder, sdtools)
    assert text.count('<article class="change') == len(changes)
    high = [change for change in changes if change["rule"] == "all-high"]
    assert high
    assert len(re.findall(r"<del>\w+</del>.*?<ins>high</ins>", text)) == len(high)
    page = Page(text)
    front = desk.url.removesuffix("/apirest.php")
    for change in changes:
        assert f"{front}/front/ticket.form.php?id={change['ticket']}" in page.links
    inner = {link for link in page.links if link.startswith("#")}
    assert inner == {f"#{id}" for id in page.ids}


def test_what_is_blocked_off_or_in_conflict_is_told(folder: Path, sdtools: Sdtools) -> None:
    Path("rules.yaml").write_text("version: 1\n", encoding="utf-8")
    assert sdtools("apply", "glpi", "--adopt", "--yes", *AT).code == 0  # no first pass any more
    text, changes = made(folder, sdtools, "--out", "plan.json")
    touched = len({change["ticket"] for change in changes if not change["observe"]})
    assert "Stopped by the guard" in text
    assert f"sdtools apply plan.json --limit {touched}" in text
    assert "No such group" in text
    assert "all-low wanted urgency low; all-high set high" in text
    assert "only observed" in text


def test_the_page_speaks_french(folder: Path, sdtools: Sdtools) -> None:
    text, _ = made(folder, sdtools, "--language", "fr")
    assert '<html lang="fr">' in text
    assert "Arrêté par le garde-fou" in text
    assert "Stopped by" not in text


def test_a_page_that_cannot_be_written_is_told(folder: Path, sdtools: Sdtools) -> None:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    refused = sdtools("plan", "glpi", "--html", "nowhere/plan.html", *AT)
    assert refused.code == 2
    assert "cannot be written" in refused.err


def test_the_page_of_a_first_pass_says_how_it_is_adopted(folder: Path, sdtools: Sdtools) -> None:
    text, _ = made(folder, sdtools, "--out", "plan.json")
    assert "<code>sdtools apply plan.json --adopt</code>" in text


def test_a_saved_plan_is_shown_again_as_it_was_decided(folder: Path, sdtools: Sdtools) -> None:
    first, changes = made(folder, sdtools, "--out", "plan.json")
    again = sdtools("plan", "plan.json", "--html", "again.html", "--json", *AT)
    assert again.json["changes"] == changes
    assert Path("again.html").read_text(encoding="utf-8") == first
    assert "as it was decided at 2026-11-20 15:00 UTC" in again.err
    assert sdtools("plan", "no-plan.json", *AT).code == 2
    elsewhere = Path("plan.json").read_text(encoding="utf-8").replace('"glpi"', '"paris"')
    Path("paris.json").write_text(elsewhere, encoding="utf-8")
    for command in ("plan", "apply"):
        refused = sdtools(command, "paris.json", *AT)
        assert refused.code == 2
        assert "paris.json was made for desk 'paris'" in refused.err
    both = sdtools("plan", "glpi", "--out", "one", "--html", "./one", *AT)
    assert both.code == 2
    assert "both name one" in both.err


def test_what_the_requester_will_read_is_marked(folder: Path, sdtools: Sdtools) -> None:
    text = RULES.replace('</script>"}}', '</script>", public: true}}')
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    shown = sdtools("plan", "glpi", "--html", "plan.html", "--rule", "said", *AT)
    page = Path("plan.html").read_text(encoding="utf-8")
    changes = page.count('<article class="change')
    assert changes
    assert page.count("public, the requester reads it") == changes
    assert shown.out.count("public comment (observed)") == changes
