"""Which sources are followed, when they are due, and where they move."""
