"""From the queue to the mail server. Meets the routers only in the tables."""
