"""Road networks: where they come from, how points join them and how they are routed."""
