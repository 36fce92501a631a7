"""Commands for the policies of disclosure: policy list, show, check, new, remove.

Floor: roof. What a policy may say is for the library to decide.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Group, Settings
from cli.output import Output, escape
from cli.session import checked_path, confirm, open_vault

if TYPE_CHECKING:
    from vault.redact import Policy
    from vault.vault import Vault

LANGUAGES: Final = ("en", "ru", "kk")


@click.group("policy", cls=Group, short_help="List, show, check and make policies of disclosure.")
def policy() -> None:
    """List, show, check and make policies of disclosure: what may leave, in which form, for which audience.

    Example:
      casevault policy list
      casevault policy new our-press --parent press -o our-press.toml
    """


@policy.command("list", short_help="List the policies.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the descriptions.")
@click.pass_obj
def list_policies(settings: Settings, language: str) -> None:
    """List the policies, those that come with the program and the vault's own: name, audience, onward path, what for.

    Example:
      casevault policy list --language ru
    """
    out = Output(settings)
    with open_vault(settings) as vault:
        policies = list(vault.disclosures.policies().values())
    if out.json({"policies": [policy_json(one) for one in policies]}):
        return
    out.table(
        ("name", "audience", "onward", "for"),
        ((one.name, one.audience, " ".join(one.onward), described(one, language)) for one in policies),
        wrap=True,
    )
    from vault.redact import TOGETHER

    for name, parts in TOGETHER.items():
        out.talk(f"{name}: {' and '.join(parts.values())} in one act, for `export`.")


def described(one: Policy, language: str) -> str:
    """Say what a policy is for.

    Args:
        one: The policy.
        language: The wanted language.

    Returns:
        The description in that language, else in any, else what it narrows.
    """
    texts = [one.description.get(key, "") for key in (language, *LANGUAGES)]
    return next(filter(None, texts), f"narrows {one.parent}" if one.parent else "")


def policy_json(one: Policy) -> dict[str, Any]:
    """Give a policy as plain values, without its rules.

    Args:
        one: The policy.

    Returns:
        What JSON says.
    """
    from vault.redact import SHIPPED

    return {
        "name": one.name,
        "audience": one.audience,
        "onward": list(one.onward),
        "parent": one.parent,
        "shipped": one.name in SHIPPED,
        "description": described(one, "en"),
        "descriptions": dict(one.description),
        "digest": one.digest,
    }


def known_policy(vault: Vault, name: str) -> Policy:
    """Find a policy.

    Args:
        vault: The open vault.
        name: As given.

    Returns:
        The policy.

    Raises:
        NotFoundError: There is none of that name.
    """
    policies = vault.disclosures.policies()
    if name in policies:
        return policies[name]
    from vault.errors import NotFoundError
    from vault.redact import TOGETHER

    message = f"there is no policy {name!a}; there are: {', '.join(policies)}"
    if name in TOGETHER:
        message = f"{name} is {' and '.join(TOGETHER[name].values())} in one act; name one of them here"
    raise NotFoundError(message)


@policy.command("show", short_help="Show the rules of a policy.")
@click.argument("name")
@click.option("--toml", is_flag=True, help="Print its text, to keep or to edit.")
@click.pass_obj
def show_policy(settings: Settings, name: str, *, toml: bool) -> None:
    """Show the rules of a policy: the first that names a field decides, and what no rule names is withheld.

    Example:
      casevault policy show lawyer
      casevault policy show our-press --toml > our-press.toml
    """
    out = Output(settings)
    with open_vault(settings) as vault:
        one = known_policy(vault, name)
    rules = [{"rule": str(rule), "action": str(rule.action)} for rule in one.rules]
    shown = {**policy_json(one), "quasi": list(one.quasi), "k": one.k, "rules": rules, "text": one.text}
    if out.json(shown):
        return
    if toml:
        out.data(escape(one.text.rstrip("\n"), newlines=True))
        return
    out.line("policy", one.name)
    out.line("audience", one.audience)
    out.line("onward", " ".join(one.onward) or "nobody")
    if one.parent:
        out.line("narrows", one.parent)
    if one.k:
        out.line("smallest group", f"{one.k} alike in {', '.join(one.quasi)}")
    for language, text in one.description.items():
        out.line(language, text)
    out.table(("rule", "action"), ((rule["rule"], rule["action"]) for rule in rules))


@policy.command("check", short_help="Check a policy in a file.")
@click.argument("file", metavar="FILE")
@click.pass_obj
def check_policy(settings: Settings, file: str) -> None:
    """Check a policy in a file: what is wrong with it and in which line. Nothing is kept.

    Example:
      casevault policy check our-press.toml
    """
    out = Output(settings)
    text = policy_text(file)
    with open_vault(settings) as vault:
        one = vault.disclosures.check_policy(text)
    if not out.json({**policy_json(one), "rules": len(one.rules)}):
        out.line("good", one.name, one.audience, f"{len(one.rules)} rules")


def policy_text(file: str) -> str:
    """Read the text of a policy.

    Args:
        file: Name of the file; `-` is standard input.

    Returns:
        The text, as it stands; line ends as they are in TOML.

    Raises:
        click.UsageError: It cannot be read, or is no text.
    """
    from cli.fields import read_text_file

    try:
        return read_text_file(file).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        message = f"{file} is not UTF-8 text."
        raise click.UsageError(message) from None


@policy.command("new", short_help="Make a policy of the vault's own.")
@click.argument("name", required=False)
@click.option("--parent", metavar="POLICY", help="The policy that it narrows.")
@click.option("-o", "--output", "target", metavar="FILE", help="Also write its text into this new file, to edit.")
@click.option("--from", "source", metavar="FILE", help="Take its text from this file.")
@click.option("--replace", "replacing", is_flag=True, help="Take the place of the vault's own policy of that name.")
@click.pass_obj
def new_policy(
    settings: Settings, name: str | None, parent: str | None, target: str | None, source: str | None, *, replacing: bool
) -> None:
    """Make a policy of the vault's own and seal it into the vault; `export --policy` then knows it.

    With --parent it begins as narrow as its parent; -o writes it into a file whose comments say what can be narrowed.
    Edit that file, and load it with --from and --replace. A policy may only give away less than its parent.

    Example:
      casevault policy new our-press --parent press -o our-press.toml
      casevault policy new --from our-press.toml --replace
    """
    from vault.paths import NewFile

    out = Output(settings)
    if (source is None) == (name is None or parent is None) or (source is not None and (name or parent or target)):
        message = "Give either NAME and --parent POLICY, or --from FILE."
        raise click.UsageError(message)
    text = policy_text(source) if source is not None else None
    path = checked_path(target) if target is not None else None
    with open_vault(settings, write=True) as vault, nullcontext() if path is None else NewFile(path) as file:
        if text is None:
            text = child_text(str(name), known_policy(vault, str(parent)))
        one = vault.disclosures.set_policy(text, replace=replacing)
        if file is not None:
            file.write(text.encode())
            file.settle()
            file.commit()
    if not out.json({**policy_json(one), "file": str(path) if path else None}):
        out.line("policy", one.name)
        if path is not None:
            out.line("file", path)


def child_text(name: str, parent: Policy) -> str:
    """Write the text of a policy that gives away as much as its parent, to be narrowed.

    Args:
        name: Its name.
        parent: What it narrows.

    Returns:
        TOML; the parent's rules stand in it as comments.
    """
    width = max((len(str(rule)) for rule in parent.rules), default=0) + 2
    rules = [f"# {f'{chr(34)}{rule}{chr(34)}':{width}} = {rule_text(rule.action)}" for rule in parent.rules]
    risk = ["", "[risk]", f"k = {parent.k}"] if parent.k else []
    lines = [
        f"# Narrows the policy {parent.name}. A rule here comes before the parent's; it may only give away less.",
        "",
        f'name = "{name}"',
        f'audience = "{parent.audience}"',
        f'parent = "{parent.name}"',
        f"retracted = {str(parent.retracted).lower()}",
        "",
        "[description]",
        *(f'# {language} = ""' for language in LANGUAGES),
        "",
        "[rules]",
        "# What the parent says; take the mark off a line and narrow it:",
        *rules,
        *risk,
    ]
    return "\n".join(lines) + "\n"


def rule_text(action: Any) -> str:  # noqa: ANN401 - vault.redact.Action, which is imported only when it is needed
    """Write an action as it stands in a policy.

    Args:
        action: The action.

    Returns:
        A word in quotes, or a table.
    """
    parts = [f'action = "{action.name}"']
    parts += [f"years = {action.years}"] if action.years else []
    parts += [f'to = "{action.to}"'] if action.to else []
    parts += [] if action.shown else ["shown = false"]
    return f'"{action.name}"' if len(parts) == 1 else f"{{ {', '.join(parts)} }}"


@policy.command("remove", short_help="Remove a policy of the vault's own.")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove_policy(settings: Settings, name: str, *, yes: bool) -> None:
    """Remove a policy of the vault's own. The ledger keeps which policy each bundle was made by.

    Example:
      casevault policy remove our-press
    """
    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        if not yes and not confirm(settings, f"Remove the policy {name}?", otherwise="--yes"):
            out.talk("Nothing was changed.")
            return
        vault.disclosures.remove_policy(name)
    if not out.json({"removed": name}):
        out.line(name)
