"""The demo: a small real project, tasks for it, and a model whose turns are written down."""
