"""The command line `casevault`: words, prompts, tables and exit codes around the library `vault`.

Floor: roof. Nothing below imports it. It holds no cryptography, no rule of disclosure and no file format.
"""
