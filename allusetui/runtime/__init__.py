"""Who turns the crank: the runtime that feeds the engine, stores what it decided and only then lets effects leave."""
