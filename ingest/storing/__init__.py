"""What is kept of what came in: articles, revisions, bytes, claims; and what is removed."""
