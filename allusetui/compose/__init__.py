"""The composition root: the only room that knows every part. A scenario goes in, a world to run it comes out."""
