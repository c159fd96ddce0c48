"""Prisoners: who they are, what happens to them, what follows from it, and what others say."""
