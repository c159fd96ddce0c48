"""Unsilenced: letter-writing campaigns for political prisoners."""
