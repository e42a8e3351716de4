"""Collecting takes for a data set: the samples of a glove in, a file for every take out."""
