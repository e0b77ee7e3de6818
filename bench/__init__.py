"""Measurements beside the peers: who needs how much of the machine for the same work. Nothing of the product."""
