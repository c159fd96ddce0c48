"""What comes back: bounces and answers, and what they say of an address."""
