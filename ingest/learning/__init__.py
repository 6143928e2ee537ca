"""Learning from labels, and how well what was learned agrees with them."""
