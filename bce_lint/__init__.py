"""Finds numerically unsafe losses in Python ML code, and proves them by running them."""
