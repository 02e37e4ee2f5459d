"""A folder on one machine, de-identified or judged: the pipeline's own services, without the pipeline.

Theory of operation of de-identification (`judging` has that of judging). Every file is looked at once, by
several processes: what is a container is opened, what is an image is read as Screen reads it, what is none is
set aside or refused with Screen's codes. Images are grouped by person and series; each series is
de-identified, proved and certified as it would be in the pipeline, by one process, into a folder of its own
that appears when it is whole. A series that is held holds itself alone. The same files, charter and key give
the same bytes, and so a run that was killed goes on.

De-identifying: a `Job` says by which charter and key; `deidentify` does it; a `Report` says what came of it.
Judging: a `Question` says by which charter; `judge` judges; a `Verdict` says what came of it.
Enters: a folder, a file or an archive. Leaves: images, an index and a certificate for each series; a verdict.
"""

from corelab.offline.asking import Question
from corelab.offline.folders import deidentify
from corelab.offline.judging import judge
from corelab.offline.model import Job, Report
from corelab.offline.verdict import Verdict

__all__ = ["Job", "Question", "Report", "Verdict", "deidentify", "judge"]
