"""What is true of the program; never reports."""
