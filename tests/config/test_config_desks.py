"""A desk's part of the configuration: both kinds, and every mistake with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sdtools.config.load import load_settings
from sdtools.config.secret import Secret
from sdtools.config.settings import (
    ApiKeyLogin,
    BasicLogin,
    DeskSettings,
    GlpiAccess,
    OauthLogin,
    ServiceNowAccess,
)
from sdtools.errors import ConfigError, Mistake


@dataclass(frozen=True)
class Said:
    """What a refused configuration was told."""

    error: ConfigError

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        return self.error.mistakes

    @property
    def places(self) -> list[tuple[int, int, str]]:
        return [(one.line, one.column, one.code) for one in self.mistakes]

    @property
    def everything(self) -> str:
        """Return every word that could be shown."""
        return "\n".join([str(self.error), repr(self.error), *map(repr, self.mistakes)])


DeskOf = Callable[[str], DeskSettings]
Refused = Callable[[str], Said]

GLPI = "desks:\n  one:\n    kind: glpi\n    url: https://glpi.example.org/apirest.php\n"
SNOW = "desks:\n  one:\n    kind: servicenow\n    url: https://example.service-now.com\n"
LITERAL = "correct-horse-battery-staple"


@pytest.fixture
def desk_of(tmp_path: Path) -> Callable[[str], DeskSettings]:
    """Load one desk from the lines below its name."""

    def load(lines: str) -> DeskSettings:
        path = tmp_path / "sdtools.yaml"
        path.write_text(f"desks:\n  one:\n{lines}", encoding="utf-8")
        return load_settings(path).desk("one")

    return load


@pytest.fixture
def said(tmp_path: Path) -> Callable[[str], Said]:
    """Load a configuration that must be refused."""

    def load(text: str) -> Said:
        path = tmp_path / "sdtools.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_settings(path)
        return Said(error=caught.value)

    return load


def _login(desk: DeskSettings) -> object:
    assert isinstance(desk.access, ServiceNowAccess)
    return desk.access.login


def test_a_glpi_desk_loads_with_its_tokens_as_references(
    desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk = desk_of(
        "    kind: glpi\n    url: https://glpi.example.org/apirest.php/\n"
        "    app_token: env:CONFIG_APP\n    user_token: file:token\n"
        "    entity: Root entity > Lyon\n"
        "    vip: {category: VIP}\n    known_errors: {entity: Known, file: known.yaml}\n"
        "    rules: [own.yaml]\n    robots: [monitoring]\n    timezone: Europe/Paris\n"
    )
    assert isinstance(desk.access, GlpiAccess)
    assert (desk.kind, desk.url) == ("glpi", "https://glpi.example.org/apirest.php")
    assert desk.access.entity == "Root entity > Lyon"
    assert (desk.known_errors.entity, desk.known_errors.file) == ("Known", tmp_path / "known.yaml")
    assert (desk.rules, desk.robots) == ((tmp_path / "own.yaml",), ("monitoring",))
    monkeypatch.setenv("CONFIG_APP", "app")
    (tmp_path / "token").write_text("user\n", encoding="utf-8")
    assert desk.access.app_token
    assert desk.access.app_token.reveal() == "app"
    assert desk.access.user_token.reveal() == "user"


def test_a_servicenow_desk_logs_in_with_user_and_password(
    desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(
        '    {kind: servicenow, url: "https://example.service-now.com", user: env:CONFIG_USER,\n'
        '     password: env:CONFIG_PASSWORD, scope: "assignment_group.nameSTARTSWITHIT"}\n'
    )
    login = _login(desk)
    assert isinstance(login, BasicLogin)
    assert isinstance(login.user, Secret)
    monkeypatch.setenv("CONFIG_USER", "integration")
    monkeypatch.setenv("CONFIG_PASSWORD", "word")
    assert (login.user.reveal(), login.password.reveal()) == ("integration", "word")
    assert isinstance(desk.access, ServiceNowAccess)
    assert desk.access.scope == "assignment_group.nameSTARTSWITHIT"


HEAD = "    kind: servicenow\n    url: https://example.service-now.com\n"


def test_a_user_may_be_written_as_it_is(desk_of: DeskOf) -> None:
    login = _login(desk_of(HEAD + "    user: integration\n    password: env:P\n"))
    assert isinstance(login, BasicLogin)
    assert login.user == "integration"


def test_oauth_with_the_password_grant_takes_the_account_along(desk_of: DeskOf) -> None:
    oauth = "    oauth: {grant: password, client_id: sdtools, client_secret: env:S}\n"
    login = _login(desk_of(HEAD + oauth + "    user: integration\n    password: env:P\n"))
    assert isinstance(login, OauthLogin)
    assert login.client_id == "sdtools"
    assert login.account
    assert login.account.user == "integration"


def test_oauth_with_client_credentials_needs_no_account(desk_of: DeskOf) -> None:
    oauth = "    oauth: {grant: client_credentials, client_id: env:C, client_secret: env:S}\n"
    login = _login(desk_of(HEAD + oauth))
    assert isinstance(login, OauthLogin)
    assert isinstance(login.client_id, Secret)
    assert login.account is None


def test_an_api_key_is_enough(desk_of: DeskOf) -> None:
    login = _login(desk_of(HEAD + "    api_key: env:KEY\n"))
    assert isinstance(login, ApiKeyLogin)
    assert login.key.reference == "env:KEY"


def test_both_kinds_stand_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "sdtools.yaml"
    path.write_text(
        GLPI
        + "    user_token: env:T\n"
        + SNOW.removeprefix("desks:\n").replace("one", "two")
        + "    api_key: env:K\n",
        encoding="utf-8",
    )
    settings = load_settings(path)
    assert [desk.kind for desk in settings.desks.values()] == ["glpi", "servicenow"]
    assert {desk.rules for desk in settings.desks.values()} == {(tmp_path / "rules.yaml",)}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_plain_http_will_do_on_loopback(desk_of: DeskOf, host: str) -> None:
    desk = desk_of(f"    kind: servicenow\n    url: http://{host}:8080\n    api_key: env:K\n")
    assert desk.url == f"http://{host}:8080"


ONE_MISTAKE = {
    "glpi without a token": (GLPI, (3, 5, "missing-key"), "'desks.one.user_token' is missing"),
    "glpi with a misspelt key": (
        GLPI + "    user_token: env:T\n    entty: all\n",
        (6, 5, "unknown-key"),
        "did you mean 'entity'?",
    ),
    "glpi with a key of ServiceNow": (
        GLPI + "    user_token: env:T\n    api_key: env:K\n",
        (6, 5, "unknown-key"),
        "'desks.one.api_key' is a key of kind servicenow, and this desk is of kind glpi",
    ),
    "glpi with a wrong url": (
        GLPI.replace("https", "ftp") + "    user_token: env:T\n",
        (4, 10, "bad-url"),
        "https://glpi.example.org/apirest.php",
    ),
    "glpi with a list for a text": (
        GLPI + "    user_token: env:T\n    entity: [all]\n",
        (6, 13, "wrong-value"),
        "desks.one.entity",
    ),
    "glpi with an unknown key deep inside": (
        GLPI + "    user_token: env:T\n    known_errors: {categry: Known}\n",
        (6, 20, "unknown-key"),
        "did you mean 'category'?",
    ),
    "an unknown time zone": (
        GLPI + "    user_token: env:T\n    timezone: Mars/Base\n",
        (6, 15, "unknown-timezone"),
        "Europe/Paris",
    ),
    "an unknown kind": (
        "desks:\n  one:\n    kind: gpli\n    url: https://x.example.org\n",
        (3, 11, "unknown-kind"),
        "known kinds: glpi, servicenow",
    ),
    "no kind": (
        "desks:\n  one:\n    url: https://x.example.org\n",
        (3, 5, "missing-key"),
        "'desks.one.kind' is missing; write kind: glpi or kind: servicenow",
    ),
    "a desk that is a word": ("desks:\n  one: glpi\n", (2, 8, "wrong-value"), "desks.one"),
    "no desk": ("desks: {}\n", (1, 8, "wrong-value"), "desks"),
    "servicenow with a key of GLPI": (
        SNOW + "    api_key: env:K\n    user_token: env:T\n",
        (6, 5, "unknown-key"),
        "'desks.one.user_token' is a key of kind glpi, and this desk is of kind servicenow",
    ),
    "servicenow with an entity of known errors": (
        SNOW + "    api_key: env:K\n    known_errors: {entity: Known}\n",
        (6, 20, "unknown-key"),
        "known: category, problems, file, knowledge_base",
    ),
    "servicenow without a login": (SNOW, (3, 5, "no-login"), "does not say how to log in"),
    "servicenow with two logins": (
        SNOW + "    user: me\n    password: env:P\n    api_key: env:K\n",
        (7, 5, "two-logins"),
        "more than one way to log in: user, password, api_key",
    ),
    "servicenow with key and oauth": (
        SNOW
        + "    api_key: env:K\n"
        + "    oauth: {grant: client_credentials, client_id: c, client_secret: env:S}\n",
        (5, 5, "two-logins"),
        "more than one way to log in: api_key, oauth",
    ),
    "servicenow with half an account": (
        SNOW + "    user: me\n",
        (3, 5, "missing-key"),
        "'desks.one.password' is missing",
    ),
    "the password grant without an account": (
        SNOW + "    oauth: {grant: password, client_id: c, client_secret: env:S}\n",
        (3, 5, "missing-key"),
        "'desks.one.user' and 'desks.one.password' are missing",
    ),
    "client credentials with an account": (
        SNOW
        + "    oauth: {grant: client_credentials, client_id: c, client_secret: env:S}\n"
        + "    user: me\n    password: env:P\n",
        (6, 5, "two-logins"),
        "remove user and password, or write grant: password",
    ),
    "an unknown grant": (
        SNOW + "    oauth: {grant: implicit, client_id: c, client_secret: env:S}\n",
        (5, 20, "wrong-value"),
        "'password' or 'client_credentials'",
    ),
    "a misspelt key of oauth": (
        SNOW
        + "    oauth: {grant: client_credentials, client: c, client_id: c, client_secret: env:S}\n",
        (5, 40, "unknown-key"),
        "did you mean 'client_id'?",
    ),
    "plain http to another machine": (
        SNOW.replace("https", "http") + "    api_key: env:K\n",
        (4, 10, "plain-http"),
        "write https://example.service-now.com",
    ),
    "a url with a path": (
        SNOW.replace(".com", ".com/api/now") + "    api_key: env:K\n",
        (4, 10, "bad-url"),
        "write the address of the instance alone: https://example.service-now.com",
    ),
    "a servicenow url that is none": (
        SNOW.replace("https://example.service-now.com", "example") + "    api_key: env:K\n",
        (4, 10, "bad-url"),
        "https://example.service-now.com",
    ),
}


@pytest.mark.parametrize("case", ONE_MISTAKE)
def test_a_mistake_is_told_with_its_place_and_what_would_be_right(said: Refused, case: str) -> None:
    text, place, words = ONE_MISTAKE[case]
    told = said(text)
    assert told.places == [place]
    assert words in str(told.mistakes[0])


LITERALS = {
    "app_token": (GLPI + f"    user_token: env:T\n    app_token: {LITERAL}\n", (6, 16)),
    "user_token": (GLPI + f"    user_token: {LITERAL}\n", (5, 17)),
    "password": (SNOW + f"    user: me\n    password: {LITERAL}\n", (6, 15)),
    "api_key": (SNOW + f"    api_key: {LITERAL}\n", (5, 14)),
    "client_secret": (
        SNOW + f"    oauth: {{grant: password, client_id: c, client_secret: {LITERAL}}}\n",
        (5, 59),
    ),
    "a password in the url of a GLPI": (
        GLPI.replace("//", f"//me:{LITERAL}@") + "    user_token: env:T\n",
        (4, 10),
    ),
    "a password in the url of a ServiceNow": (
        SNOW.replace("//", f"//me:{LITERAL}@") + "    api_key: env:K\n",
        (4, 10),
    ),
}


@pytest.mark.parametrize("case", LITERALS)
def test_a_literal_secret_is_refused_with_its_place_and_never_shown(
    said: Refused, case: str
) -> None:
    text, (line, column) = LITERALS[case]
    told = said(text)
    assert told.places == [(line, column, "literal-secret")]
    assert "env:" in told.mistakes[0].hint
    assert LITERAL not in told.everything


@pytest.mark.parametrize(
    "secret", ["12345678", "true", "[a-secret-in-a-list]", "{pass: a-secret-in-a-list}"]
)
def test_a_secret_that_is_no_text_is_refused_the_same_way(said: Refused, secret: str) -> None:
    told = said(SNOW + f"    api_key: {secret}\n")
    assert told.places == [(5, 14, "literal-secret")]
    assert secret not in told.everything


def test_other_mistakes_on_the_line_of_a_secret_do_not_show_it(said: Refused) -> None:
    told = said(
        "desks:\n  one: {kind: servicenow, url: [https://example.service-now.com], user: me,"
        f" password: {LITERAL}, entty: x}}\n"
    )
    assert sorted(code for _, _, code in told.places) == [
        "literal-secret",
        "unknown-key",
        "wrong-value",
    ]
    assert LITERAL not in told.everything


def test_a_misspelt_key_does_not_show_the_secret_behind_it(said: Refused) -> None:
    told = said(SNOW + f"    api_key: env:K\n    pasword: {LITERAL}\n")
    assert told.places == [(6, 5, "unknown-key")]
    assert "did you mean 'password'?" in told.mistakes[0].hint
    assert LITERAL not in told.everything


def test_alerts_that_would_reach_nobody_are_refused(said: Refused) -> None:
    told = said(GLPI + "    app_token: env:A\n    user_token: env:T\nalerts: {to: [on-call]}\n")
    assert told.places == [(7, 1, "no-mail"), (7, 15, "alerts")]


def test_all_mistakes_of_both_desks_come_at_once(said: Refused) -> None:
    told = said(
        GLPI
        + "    app_token: {}\n    user_tokn: env:T\n"
        + "  two:\n    kind: servicenow\n    password: plain\n    user_token: env:T\n"
    )
    assert told.places == [
        (5, 16, "literal-secret"),
        (3, 5, "missing-key"),
        (6, 5, "unknown-key"),
        (8, 5, "missing-key"),
        (9, 15, "literal-secret"),
        (10, 5, "unknown-key"),
    ]


def test_settings_show_where_a_secret_is_and_never_what_it_is(
    desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFIG_PASSWORD", LITERAL)
    desk = desk_of(HEAD + "    user: me\n    password: env:CONFIG_PASSWORD\n")
    assert "env:CONFIG_PASSWORD" in repr(desk)
    assert LITERAL not in repr(desk)
