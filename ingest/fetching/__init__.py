"""One polite attempt at an address, guarded and bounded."""
