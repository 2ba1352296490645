"""litevidence: clinical evidence from the literature, with proof."""

__version__ = "0.1.0"
