"""Work on many recordings, in this process, in several, or on a cluster.

In come files, folders and patterns; out go transcripts in files, and a report of what came of each.
"""
