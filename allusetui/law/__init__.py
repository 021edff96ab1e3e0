"""The constitution as data: one TOML per version, its model and its loader."""
