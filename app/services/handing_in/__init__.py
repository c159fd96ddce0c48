"""A supporter's way through the house: what they ask, are offered and hand in, and what confirming sets going."""
