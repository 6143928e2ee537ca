"""placeholder until annotate exists"""


def annotate_revisions(revisions, source):  # type: ignore[no-untyped-def]
    return None
