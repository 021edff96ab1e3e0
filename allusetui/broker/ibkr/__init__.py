"""Interactive Brokers, through ib_async: the one room that imports it."""
