"""What learns and what measures: takes in, model bundles, scores and figures out.

Only the commands that train, evaluate, compare or tune come here; nothing live does.
"""
