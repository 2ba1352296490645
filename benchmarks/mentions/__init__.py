"""How well and how fast mentions are recognised, on the development halves beside the project."""
