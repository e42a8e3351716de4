"""Subcommands that need the extra `train`: they fit, measure, compare, tune and draw.

What they import is heavy, and nothing else imports it; import-linter sees to that.
"""
