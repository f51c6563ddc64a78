"""Reports: figures, charts, pages and mails."""
