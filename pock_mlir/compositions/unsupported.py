"""What is not composed."""


class Unsupported(Exception):
    """Raised by a composition, or by a frontend's rule, that does not cover what it is asked for; says which use of the
    op that is.
    """
