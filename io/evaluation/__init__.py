"""A text or its segments beside the truth in, error rates and the errors themselves out."""
