"""Sealed maps."""
