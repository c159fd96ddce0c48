"""What the counts say: for the public, for organisers, for monitoring."""
