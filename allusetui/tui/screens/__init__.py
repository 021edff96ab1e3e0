"""What a person can look at: the dashboard, one pane in full, a question."""
