"""Organisations that sign a campaign: asked, signing, listed, and writing together."""
