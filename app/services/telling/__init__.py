"""Who hears what: updates and reminders to supporters, how many, and until they wish no more; calls of webhooks."""
