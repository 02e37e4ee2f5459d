"""The registry: sites and their scanners.

Enters: what a project manager registers. Leaves: who may image, on what, until when. A scanner's true serial
number is kept here and nowhere else.
"""
