"""Templates: sandboxed Jinja for messages and reports, with the words of the reader's language."""

from sdtools.templating.files import packed_templates
from sdtools.templating.filters import one_line
from sdtools.templating.templates import Templates
from sdtools.templating.texts import LANGUAGES

__all__ = ["LANGUAGES", "Templates", "one_line", "packed_templates"]
