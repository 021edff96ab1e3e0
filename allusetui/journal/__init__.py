"""The durable record: every event, in order, stored before anything is done about it."""
