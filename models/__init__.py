"""What is learned, as it runs: frames of a hold, or of a signal, in; likelihoods out.

This much is on the live path; what learns and measures is in `jihwa.models.training`.
"""
