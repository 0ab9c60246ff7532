"""The maths of diffusion models, one page a file: schedule, forward process, predictions, samplers.

Knows nothing of networks, files, devices or user interfaces; needs torch only.
"""
