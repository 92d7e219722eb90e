"""The planner page."""
