"""The guides: what a person reads of the program, its figures taken from the law and the code when it is read."""
