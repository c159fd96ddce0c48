"""Mail that comes back, read and sorted. Pure: bytes in, what they mean out."""
