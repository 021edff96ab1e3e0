"""Reports: pure tables rebuilt from the journal, then text, Markdown and JSON."""
