"""Is it really so? Runs the flagged code on extreme inputs, contained."""
