"""What others keep in tables comes in: read, compared with what is there, written in batches, told row by row."""
