"""Text without Python grammar: reading, walking, filtering files."""
