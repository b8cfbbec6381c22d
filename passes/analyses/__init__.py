"""What passes ask of a program: no pass, and nothing is changed."""
