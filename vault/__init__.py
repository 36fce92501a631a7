"""casevault as a library: an encrypted store for the details of people who vanished.

The one object to begin with is `vault.vault.Vault`. Everything the library raises on account of the world, a file
or an attacker is a `vault.errors.VaultError`; a mistake of the caller is a `ValueError` or a `TypeError`.
"""

__version__ = "0.1.0.dev0"
