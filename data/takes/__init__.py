"""Labelled holds: folders and files in; takes, their splits and their variations out."""
