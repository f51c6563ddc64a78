"""Templates: whose wins, what a mistake says, and that hostile text stays text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sdtools.errors import ConfigError
from sdtools.model.grades import Grade, Status
from sdtools.rules.book import Renderer
from sdtools.templating import LANGUAGES, Templates, one_line, packed_templates
from sdtools.templating.texts import read_texts

MESSAGES = (
    "known_error",
    "known_error_suggestion",
    "sla_warning",
    "sla_breach",
    "waiting_reminder",
    "digest",
)
MAILS = ("sla_warning", "sla_breach", "waiting_reminder", "digest")

VALUES: Mapping[str, object] = {
    "desk": "glpi",
    "now": datetime(2026, 11, 16, 7, 30, tzinfo=UTC),
    "ticket": {
        "number": "42",
        "title": "VPN drops",
        "url": "https://glpi.example.org/front/ticket.form.php?id=42",
        "status": "assigned",
        "priority": "high",
        "category": "Network > VPN",
        "group": "N2 Network",
        "assignee": "Marie Dupont",
        "requester": "Jean Martin",
        "opened": datetime(2026, 11, 15, 7, 30, tzinfo=UTC),
        "due": datetime(2026, 11, 16, 8, 30, tzinfo=UTC),
    },
    "known_error": {
        "title": "Certificate expired",
        "url": "https://glpi.example.org/front/knowbaseitem.form.php?id=12",
        "workaround": "Renew the certificate.",
        "score": 0.62,
    },
    "rule": {"id": "resolve-ladder", "why": "Contract, article 4"},
    "sla": {
        "used": 0.76,
        "left": timedelta(hours=1),
        "due": datetime(2026, 11, 16, 8, 30, tzinfo=UTC),
    },
    "messages": [{"subject": "One", "text": "First."}, {"subject": "Two", "text": "Second."}],
}


def _own(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_renders_in_every_language(
    templates: Templates, name: str, language: str
) -> None:
    assert (packed_templates() / "messages" / f"{name}.{language}.txt").is_file()
    text = templates.render(name, VALUES, language)
    assert text
    assert "Subject:" not in text
    assert "None" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_every_mail_has_a_subject_that_names_its_desk(
    templates: Templates, name: str, language: str
) -> None:
    assert templates.subject(name, VALUES, language).startswith("[glpi] ")


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_render_for_a_bare_ticket_without_due_date_group_or_known_error(
    templates: Templates, name: str
) -> None:
    ticket = {**VALUES["ticket"], "group": "", "assignee": "", "due": None}  # type: ignore[dict-item] # a mapping of VALUES
    bare = {
        **VALUES,
        "ticket": ticket,
        "known_error": {"title": "", "url": "", "workaround": "", "score": None},
        "sla": {"used": None, "left": None, "due": None},
        "rule": {"id": "r", "why": ""},
    }
    for language in LANGUAGES:
        text = templates.render(name, bare, language)
        assert "None" not in text
        if name in MAILS:
            assert templates.subject(name, bare, language)


def test_a_message_says_what_it_was_given_in_the_readers_words_and_zone() -> None:
    paris = Templates.load(timezone="Europe/Paris")
    french = paris.render("sla_warning", VALUES, "fr")
    assert "Priorité : Haute, état : en cours" in french
    assert "16 nov. 2026 09:30" in french
    assert "1 h de temps ouvré" in french.replace("\N{NO-BREAK SPACE}", " ").replace(
        "\N{NARROW NO-BREAK SPACE}", " "
    )
    english = paris.render("sla_warning", VALUES, "en_US")
    assert "Priority: High, status: assigned" in english
    assert "left: 1h of working time" in english


def test_templates_are_a_renderer_for_rules(templates: Templates) -> None:
    renderer: Renderer = templates
    assert renderer.has("known_error")
    assert not renderer.has("../known_error")
    assert renderer.render_text("{{ ticket.number }}!", VALUES, "fr") == "42!"


def test_the_users_own_template_wins_and_the_others_stay(tmp_path: Path) -> None:
    _own(tmp_path, "messages/known_error.fr.txt", "Voir {{ known_error.title }}.")
    own = Templates.load([tmp_path])
    assert own.render("known_error", VALUES, "fr") == "Voir Certificate expired."
    assert "This ticket matches" in own.render("known_error", VALUES, "en")


def test_the_users_own_words_win_key_by_key(tmp_path: Path) -> None:
    _own(tmp_path, "texts.yaml", "priority.high: {fr: Pressante}\n")
    own = Templates.load([tmp_path])
    assert "Pressante" in own.render("sla_warning", VALUES, "fr")
    assert "High" in own.render("sla_warning", VALUES, "en")


def test_an_unknown_language_gets_the_configured_one_and_else_english(tmp_path: Path) -> None:
    assert Templates.load(language="fr").render("known_error", VALUES, "de").startswith("Ce ticket")
    assert Templates.load().render("known_error", VALUES, "").startswith("This ticket")
    _own(tmp_path, "messages/hola.es.txt", "Hola {{ ticket.number }}, {{ sla.due|datetime }}")
    assert Templates.load([tmp_path]).render("hola", VALUES, "es") == "Hola 42, 16 nov 2026 08:30"
    assert Templates.load([tmp_path]).render("hola", VALUES, "fr").startswith("Hola")


def test_an_unknown_template_is_named_with_those_there_are(templates: Templates) -> None:
    with pytest.raises(ConfigError, match="no message template 'known_eror'") as caught:
        templates.render("known_eror", VALUES, "fr")
    assert "known_error" in caught.value.advice


def test_broken_templates_are_all_reported_at_load_with_file_and_line(tmp_path: Path) -> None:
    first = _own(tmp_path, "messages/a.fr.txt", "Subject: x\nfine\n{% if %}\n")
    second = _own(tmp_path, "messages/b.fr.txt", "{{ ticket.title|nosuchfilter }}")
    with pytest.raises(ConfigError) as caught:
        Templates.load([tmp_path])
    places = [(mistake.file, mistake.line) for mistake in caught.value.mistakes]
    assert places == [(str(first), 3), (str(second), 1)]
    assert f"{first}:3" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("Subject: x\nfine\n{{ ticket.tilte }}", 3),
        ("fine\n{{ nothing }}", 2),
        ("Subject: x\n{{ ticket.due + 1 }}", 2),
        ("{{ 1 / 0 }}", 1),
        ("\n\n{{ t('no.such.key') }}", 3),
        ("{{ ().__class__.__base__.__subclasses__() }}", 1),
        ("{{ messages.append(1) }}", 1),
        ("{% include 'messages/nowhere.txt' %}", 1),
    ],
)
def test_a_mistake_that_shows_when_rendering_names_file_and_line(
    tmp_path: Path, body: str, line: int
) -> None:
    path = _own(tmp_path, "messages/a.fr.txt", body)
    own = Templates.load([tmp_path])
    with pytest.raises(ConfigError) as caught:
        own.render("a", VALUES, "fr")
    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_every_packed_message_can_be_compiled(templates: Templates) -> None:
    known = {
        (path.name.split(".")[0], path.name.split(".")[1])
        for path in packed_templates().glob("messages/*.txt")
    }
    assert known
    for name, language in known:
        with pytest.raises(ConfigError, match="undefined"):
            templates.render(name, {}, language)


def test_a_mistake_in_a_rules_text_is_told_with_the_text(templates: Templates) -> None:
    with pytest.raises(ConfigError, match=r"text '\{\{ ticket\.'"):
        templates.render_text("{{ ticket.", VALUES, "fr")
    with pytest.raises(ConfigError, match=r"text of a rule.*tilte"):
        templates.render_text("{{ ticket.tilte }}", VALUES, "fr")


def test_a_mail_without_subject_and_a_file_with_a_wrong_name_are_told(tmp_path: Path) -> None:
    path = _own(tmp_path, "messages/a.fr.txt", "Only text")
    with pytest.raises(ConfigError, match="has no subject") as caught:
        Templates.load([tmp_path]).subject("a", VALUES, "fr")
    assert str(path) in str(caught.value)
    _own(tmp_path, "messages/Wrong.txt", "x")
    with pytest.raises(ConfigError, match=r"<name>\.<language>\.txt"):
        Templates.load([tmp_path])


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = _own(tmp_path, "messages/a.fr.txt", "")
    path.write_bytes("résolu".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        Templates.load([tmp_path])


def test_ticket_text_is_never_run_as_a_template(templates: Templates) -> None:
    ticket = {**VALUES["ticket"], "title": "{{ 7 * 7 }}{% raw %}"}  # type: ignore[dict-item] # a mapping of VALUES
    text = templates.render("sla_breach", {**VALUES, "ticket": ticket}, "en")
    assert "{{ 7 * 7 }}" in text
    assert "49" not in text


def test_a_hostile_title_makes_no_second_line_in_a_subject(templates: Templates) -> None:
    title = "Hi\r\nBcc: victim@example.org\n\n\u2028\u202egnp.exe\x00" + "x" * 500
    ticket = {**VALUES["ticket"], "title": title}  # type: ignore[dict-item] # a mapping of VALUES
    subject = templates.subject("sla_breach", {**VALUES, "ticket": ticket}, "en")
    assert subject.isprintable()
    assert len(subject) == 200
    assert templates.render("sla_breach", {**VALUES, "ticket": ticket}, "en").count("Bcc") == 1


def test_one_line_keeps_words_and_drops_what_hides() -> None:
    assert one_line(" a\tb\r\n c\u200b\u202ed \x1b[31m") == "a b c d [31m"
    assert one_line("Écran “noir” 😀") == "Écran “noir” 😀"


def test_every_text_of_the_catalogue_is_there_in_every_language() -> None:
    texts = read_texts([packed_templates()]).by_key
    assert texts
    for key, entry in texts.items():
        assert set(entry) == set(LANGUAGES), key
        assert all(entry.values()), key
        fields = [{part.split("}")[0] for part in text.split("{")[1:]} for text in entry.values()]
        assert fields[0] == fields[1], key
    for scale, members in (("priority", Grade), ("status", Status)):
        assert all(f"{scale}.{member.name}" in texts for member in members)


def test_a_text_without_one_of_the_languages_is_refused_with_its_line(tmp_path: Path) -> None:
    path = _own(tmp_path, "texts.yaml", "# mine\nmy.own: {fr: Bonjour}\nmy.list: [a]\n")
    with pytest.raises(ConfigError) as caught:
        Templates.load([tmp_path])
    assert [(one.file, one.line) for one in caught.value.mistakes] == [
        (str(path), 2),
        (str(path), 3),
    ]
    assert "has no text for: en" in str(caught.value)
    path.write_text("a: [", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"texts\.yaml:1"):
        Templates.load([tmp_path])


@pytest.mark.parametrize(
    ("template", "french", "english"),
    [
        ("{{ 1234567.891|number(1) }}", "1 234 567,9", "1,234,567.9"),
        ("{{ 0.756|percent }}", "76 %", "76%"),
        ("{{ none|percent }}{{ none|number }}{{ none|duration }}{{ none|date }}", "––––", "––––"),
        ("{{ 5|signed }} {{ (-5)|signed }} {{ 0|signed }}", "+5 −5 ±0", "+5 −5 ±0"),
        ("{{ 187260|duration }}", "2 j 4 h", "2d 4h"),
        ("{{ 172860|duration }}", "2 j", "2d"),
        ("{{ 5400|duration }} {{ (-60)|duration }}", "1 h 30 min −1 min", "1h 30m −1m"),
        ("{{ 29|duration }} {{ 3599|duration }}", "0 min 1 h", "0m 1h"),
        ("{{ now|date('long') }}", "16 novembre 2026", "16 November 2026"),
        ("{{ now|time }} {{ none|time }}", "07:30 –", "07:30 –"),
        ("{{ now.date()|weekday }}", "lun. 16", "Mon 16"),
        ("{{ 'medium'|word('priority') }} {{ 'x'|word('status') }}", "Moyenne x", "Medium x"),
        ("{{ '=cmd()'|cell }} {{ 'a=b'|cell }} {{ '-1'|cell }}", "'=cmd() a=b '-1", None),
        ("{{ 'javascript:alert(1)'|link }} {{ 'https://a.example.org'|link }}", None, None),
        ("{{ 'abcdef'|short(4) }} {{ 'abc'|short(4) }}", "abc… abc", "abc… abc"),
    ],
)
def test_filters_write_as_people_of_the_language_do(
    templates: Templates, template: str, french: str | None, english: str | None
) -> None:
    def said(language: str) -> str:
        text = templates.render_text(template, VALUES, language)
        return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")

    if "javascript" in template:
        assert said("en") == "# https://a.example.org"
    if french is not None:
        assert said("fr") == french
    if english is not None:
        assert said("en") == english


def test_an_odd_language_code_still_gets_numbers_and_dates(templates: Templates) -> None:
    assert templates.render_text("{{ 1234|number }} {{ none|signed }}", VALUES, "xx") == "1,234 –"


def test_a_template_that_cannot_be_read_and_a_page_that_is_not_there_are_told(
    tmp_path: Path,
) -> None:
    (tmp_path / "messages" / "a.fr.txt").mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"a\.fr\.txt: Is a directory"):
        Templates.load([tmp_path])
    with pytest.raises(ConfigError, match=r"no template 'report/daily\.html'"):
        Templates.load().page("report/daily.html", VALUES, "fr")
