"""The commands, a module for each theme; each is imported only when one of its commands is called.

Floor: roof.
"""
