"""The nouns of the house: frozen values and the state they make up. Pure; imports nothing of ours."""
