"""The proof: what is delivered is searched for what the original said, by other means than its maker's.

Theory of operation. De-identification decides element by element; if its rules, its reader or its memory err,
its own tests err with it. So the proof shares none of them: it has a reader of its own, and knows of the
engine only data files (PS3.15's table, the allow-lists) and what the trial writes. It takes each original
with the file that is delivered for it, and asks two questions. Does the new file say anything that the old
one said of a person, a place, a machine or a day, in whatever form? And is it still the same image: its
pixels, its geometry, its links, its days, one mapping and one offset throughout?

What the images of a series share is looked at once: an element whose bytes, and whose counterpart's, were
seen before is passed over. Text is gathered and searched when the series ends, for by then everything is
known that any of its originals said. A verdict names checks, images and places, never what was found.

Enters: originals and delivered files in pairs, and a `Policy`. Leaves: a `Verdict`.
"""
