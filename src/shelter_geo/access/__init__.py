"""Costs by road, the nearest shelter, distances and times."""
