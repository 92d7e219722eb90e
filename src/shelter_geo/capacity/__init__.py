"""How many places there are, how many are needed, and what happens when they are full."""
