"""What an operator does from the command line, one noun a file. No API process need run."""
