"""Interactive Brokers behind the ports: what is pure stands apart from what talks; the library is imported late."""
