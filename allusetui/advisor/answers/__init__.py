"""Questions answered from the journal (11.4, 13.1): every sentence cites the events that its figures stand in."""
