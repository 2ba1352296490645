"""Measurements of whole records: what is answered, tabulated and reconciled."""
