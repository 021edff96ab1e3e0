"""The books: a projection of the journal into double entry."""
