"""What waits to leave, as organisers and operators see it, and their hand on it."""
