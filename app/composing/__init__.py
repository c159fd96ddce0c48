"""Composing is pure: no database, no clock, no network. The same brief, office, official and submission give the same letter."""
