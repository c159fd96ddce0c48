"""Letters change their stages, and the tally moves with them."""
