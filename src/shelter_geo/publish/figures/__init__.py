"""Figures for slides."""
