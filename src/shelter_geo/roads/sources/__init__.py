"""Where roads come from, and how a network is kept."""
