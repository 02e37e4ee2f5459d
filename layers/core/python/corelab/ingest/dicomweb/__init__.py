"""DICOMweb's STOW-RS: a body of instances becomes objects below the site's prefix of the drop bucket.

`multipart` takes the body apart, `instances` judges each part, `storing` keeps the sound ones, and `answer`
says what became of each as PS3.18 asks. From there they go the way of everything that is dropped.
"""
