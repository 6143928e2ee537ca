"""Who and what a text names, and what happened."""
