"""Text to tree to IR, and back to places; the only room that knows libcst."""
