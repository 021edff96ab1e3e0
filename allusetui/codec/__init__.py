"""Events to the public journal format and back, without loss."""
