"""Frontends: models of a framework to modules in the torch dialect, with their parameters as pock symbols."""
