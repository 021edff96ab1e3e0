"""State → rows and tones: everything that a pane shows, decided here and drawn elsewhere."""
