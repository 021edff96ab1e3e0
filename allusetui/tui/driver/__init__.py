"""Our own way to the terminal: only the cells that changed are sent, and nothing ever waits for the line."""
