"""Which items tell the same news, and how many tell it independently."""
