"""Rows asked for and written past the ORM, on both databases."""
