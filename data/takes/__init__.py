"""Labelled holds: folders and files of them in; takes, their splits and variations out."""
