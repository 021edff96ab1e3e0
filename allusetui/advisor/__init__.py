"""What proposes and explains, and never acts."""
