"""What each framework's names mean: tables."""
