"""What an option is worth, and what its price says: pure functions of numbers, scalar (fast) and array (bulk)."""
