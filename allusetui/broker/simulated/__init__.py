"""The simulated broker: matching, settlement and a book of its own, over the true market."""
