"""Exact costs and routes over the network."""
