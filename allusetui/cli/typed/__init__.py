"""What can be typed, subject by subject. Each command imports its own part, and no other."""
