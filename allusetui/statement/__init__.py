"""Interactive Brokers' statements, Flex XML and activity CSV, read into our own words. Hostile until read."""
