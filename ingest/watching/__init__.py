"""How each source does: its health, its silence, and the months that it covers."""
