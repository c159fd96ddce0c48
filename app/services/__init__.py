"""What can be done, one verb a function. Knows no HTTP, and commits nothing itself."""
