"""HTTP: one noun a file. A body is one call."""
