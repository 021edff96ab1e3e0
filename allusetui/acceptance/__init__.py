"""§16, the engineering acceptance: run on a clock of its own, and judged from what the journals tell."""
