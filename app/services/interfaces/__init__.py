"""The same things by the names of the field: OSDI, Popolo, feeds, webhooks."""
