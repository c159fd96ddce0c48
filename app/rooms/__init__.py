"""Which rooms the house has: those in front are open from the start, those at the back when somebody comes."""
