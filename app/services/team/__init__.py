"""Who works here: organisers, what they may do, and what they did."""
