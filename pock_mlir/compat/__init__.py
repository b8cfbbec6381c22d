"""What we use of third parties that they do not give as public: a module for each, and nowhere else.

Each name here says what it is and which public way is missing. `test/python/compat/` has a canary for each, which says
what broke when a third party changes it, and scans the sources for such names outside of this package.
"""
