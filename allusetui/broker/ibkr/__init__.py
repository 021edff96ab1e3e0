"""Interactive Brokers behind our port. Nothing outside of this folder knows its library."""
