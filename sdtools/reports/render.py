"""Render the weekly report: HTML for a file and for a mail, plain text, and JSON."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

import css_inline

from sdtools.model.message import Attachment, Message
from sdtools.reports.charts import Chart, charts
from sdtools.reports.metrics.weekly import Weekly
from sdtools.reports.view import page_values, subject_of
from sdtools.reports.weekly_json import weekly_json
from sdtools.templating import Templates, one_line

__all__ = ["Rendered", "render_html", "render_message", "render_text", "weekly_json"]

_PAGE = "report/weekly.html"
_TEXT = "report/weekly.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A report in HTML whose pictures are named ``cid:...``, as mails need them."""

    html: str
    images: tuple[Chart, ...]

    @property
    def page(self) -> str:
        """Return the same as one file that needs nothing else."""
        page = self.html
        for image in self.images:
            data = b64encode(image.data).decode("ascii")
            page = page.replace(f'src="cid:{image.cid}"', f'src="data:image/png;base64,{data}"')
        return page


def render_html(weekly: Weekly, templates: Templates, language: str) -> Rendered:
    """Render the report as HTML with its charts; times are those of the report's time zone."""
    return _html(weekly, templates, language, charts(weekly, templates, language))


def render_text(weekly: Weekly, templates: Templates, language: str) -> str:
    """Render the report as plain text."""
    return _text(weekly, templates, language, charts(weekly, templates, language))


def render_message(
    weekly: Weekly, templates: Templates, language: str, to: tuple[str, ...], key: str
) -> Message:
    """Render the report as a mail; the same key is the same mail for its receivers."""
    drawn = charts(weekly, templates, language)
    return Message(
        key=key,
        to=to,
        subject=one_line(subject_of(weekly, templates, language)),
        text=_text(weekly, templates, language, drawn),
        html=_html(weekly, templates, language, drawn).html,
        attachments=tuple(
            Attachment(name=f"{chart.name}.png", mime="image/png", data=chart.data, cid=chart.cid)
            for chart in drawn
        ),
        desk=weekly.desk,
        made=weekly.made,
    )


def _html(
    weekly: Weekly, templates: Templates, language: str, drawn: tuple[Chart, ...]
) -> Rendered:
    values = {**page_values(weekly, templates, language), "charts": drawn}
    page = templates.page(_PAGE, values, language, weekly.period.timezone)
    # Rules with @media cannot be inlined: they stay, and programs that know them use them.
    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    return Rendered(html=inliner.inline(page.strip()), images=drawn)


def _text(weekly: Weekly, templates: Templates, language: str, drawn: tuple[Chart, ...]) -> str:
    values = {**page_values(weekly, templates, language), "charts": drawn}
    return templates.page(_TEXT, values, language, weekly.period.timezone).strip() + "\n"
