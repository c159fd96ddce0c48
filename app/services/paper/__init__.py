"""Letters on paper: printed, posted, taken back."""
