"""When to ask, and keeping the facts. The only room that wires the others together."""
