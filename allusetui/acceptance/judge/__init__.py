"""Whether a journal shows what §16 asks for, by its public lines: no code is shared with what wrote them."""
