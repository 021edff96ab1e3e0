"""The dashboard on a terminal."""

import os

# Read where Textual is first imported: a key's answer waits at most 8 ms for its frame, and nothing moves by itself.
os.environ.setdefault("TEXTUAL_FPS", "120")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
