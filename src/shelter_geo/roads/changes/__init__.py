"""Roads opened, closed and slowed."""
