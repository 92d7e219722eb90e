"""Road access to shelters: distances, missing places, and what new shelters would change."""

__version__ = "0.1.0"
