"""Campaigns in their organisers' hands: drafted, tried, reviewed, published, paused and closed."""
