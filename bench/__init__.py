"""Speed, measured: each figure with both sides of its ratio in one run. `make bench` prints them."""
