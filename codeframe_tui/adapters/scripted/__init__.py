"""A model whose turns are written down, behind the real Messages protocol on loopback HTTP."""
