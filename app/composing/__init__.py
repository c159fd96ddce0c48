"""Composing is pure: no database, no clock, no network. One brief, office, official and submission: one letter."""
