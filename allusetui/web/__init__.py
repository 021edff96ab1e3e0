"""The dashboard in a browser: `attach` on a terminal of its own, drawn by textual-serve's page, on this machine."""
