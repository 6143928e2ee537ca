"""Our own facts: companies, labs, platforms, families, sources, each fact with its source."""
