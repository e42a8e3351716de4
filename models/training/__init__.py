"""What learns, measures and draws: labelled takes in; model files, scores and figures out.

Only the commands that train, evaluate, compare, tune or plot come here; nothing live does.
"""
