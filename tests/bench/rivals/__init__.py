"""The yardstick's job in other people's engines, as far as each of them can do it."""
