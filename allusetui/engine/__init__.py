"""The sans-IO engine: inputs with their time on them go in, events and effects come out."""
