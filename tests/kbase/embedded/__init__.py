"""The embedded PostgreSQL, on real servers and real processes."""
