"""The laboratory: what the law does over years. It runs the engine that trades, and nothing else."""
