"""Policies: which facts of whom leave, and in which form; read from TOML, checked line by line.

Floor: 2. A policy is an allow-list: what no rule names is withheld. It refuses an unknown role, field, type or action,
a rule that cannot work on what it names, and a policy that gives away more than its parent. The level of a field
binds every policy, whatever its rules say.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

from vault import codec
from vault.errors import PolicyError
from vault.records import Field, Level, Schemas
from vault.redact.places import LEVELS
from vault.sealing import Label, digest

ROLES: Final = ("detainee", "submitter", "source", "helper", "relative", "official", "public", "case")
"""Whose fact it is, in the order in which links decide it; `case` when it speaks of nobody."""
HIDDEN_ROLES: Final = frozenset({"source", "helper"})
"""Roles of which no rule may let anything through."""
AUDIENCES: Final = ("family", "lawyer", "un", "press", "public", "self")
ONWARD: Final = ("state", "public")
"""Who may get it next, in the words of a consent; other receivers are audiences."""
TYPES: Final = ("name", "phone", "id", "birth", "date", "place", "text", "file", "link", "choice", "number")
PUBLISHED: Final = frozenset({"press", "public"})
"""Audiences that a field of level `limited` never reaches."""
LINKING: Final = frozenset({*ONWARD, *PUBLISHED})
"""Readers, at once or later, who may hold copies of several recipients: proofs would join these."""

ACTIONS: Final[Mapping[str, frozenset[str]]] = {
    "keep": frozenset(TYPES),
    "withhold": frozenset(TYPES),
    "mask": frozenset(TYPES) - {"link", "file"},
    "pseudonym": frozenset({"name", "link"}),
    "age-band": frozenset({"birth"}),
    "date": frozenset({"date", "birth"}),
    "place": frozenset({"place"}),
    "scrub": frozenset({"text"}),
    "clean": frozenset({"file"}),
    "rasterise": frozenset({"file"}),
}
"""Each action with the types of field that it works on."""
_SILENT: Final = frozenset({"withhold", "mask", "pseudonym"})
"""Actions that let nothing of the value through."""
_WHOLE: Final = frozenset({"keep", "scrub", "clean", "rasterise"})
"""Actions that let a value through uncoarsened."""
_UNPUBLISHED: Final = {Level.LIMITED: _WHOLE, Level.SECRET: ACTIONS.keys() - {"withhold", "mask"}}
"""What press and public may not be shown of a level."""
_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("month", "quarter", "year"),
    "place": LEVELS,
}
MAX_BAND_YEARS: Final = 50
MAX_POLICY_BYTES: Final = 64 << 10

SHIPPED: Final = ("family", "lawyer", "un-confidential", "un-forwardable", "press", "public", "everything")
"""Names of the policies that come with the program, each after its parent."""
_EVERYTHING: Final = "everything"
TOGETHER: Final[Mapping[str, Mapping[str, str]]] = {
    "un": {"forwardable": "un-forwardable", "confidential": "un-confidential"}
}
"""Names under which several policies make one act: for each of its bundles the policy. The last stays where it is."""

_QUASI_WORDS: Final = {**dict.fromkeys(_STEPS["place"], "@place"), "age-band": "@birth"}
"""What `quasi` may say in the words of actions."""
CLAIM_PARTS: Final[Mapping[str, Field]] = {
    "source": Field("source", "link", Level.LIMITED, "identity", "source"),
    "basis": Field("basis", "choice", Level.LIMITED, "testimony", "self"),
    "confidence": Field("confidence", "choice", Level.LIMITED, "testimony", "self"),
    "as_of": Field("as_of", "date", Level.OPEN, "testimony", "self"),
}
"""Parts of any claim that a rule may name like fields: where it comes from, how it is known, when it held."""
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_KEYS: Final = ("name", "audience", "onward", "parent", "retracted", "verifiable", "description", "rules", "risk")
_RULE_KEYS: Final = ("action", "years", "to", "shown")
_RISK_KEYS: Final = ("quasi", "k")


@dataclass(frozen=True, slots=True)
class Action:
    """What is done with a value.

    Args:
        name: One of `ACTIONS`.
        years: Width of an age band in years, 2 to 50; else 0.
        to: How coarse a date (month, quarter, year) or a place (one of `LEVELS`) becomes; else empty.
        shown: Whether the recipient is told that something is withheld.
    """

    name: str
    years: int = 0
    to: str = ""
    shown: bool = True

    def __str__(self) -> str:
        """Write the action as a person reads it in a preview."""
        detail = f" {self.years}" if self.years else f" {self.to}" if self.to else ""
        return self.name + detail + ("" if self.shown else " unseen")

    def within(self, other: Action) -> bool:
        """Tell whether this lets through no more than another action does, whatever the value."""
        if self.name == "withhold":
            return other.name != "withhold" or other.shown or not self.shown
        if other.name == "keep":
            return True
        if self.name != other.name:
            return (self.name, other.name) in {("mask", "scrub"), ("rasterise", "clean")} or (
                self.name == "mask" and other.name in {"pseudonym", "age-band", "date", "place"}
            )
        if self.name == "age-band":
            return self.years % other.years == 0
        steps = _STEPS.get(self.name)
        return steps is None or steps.index(self.to) >= steps.index(other.to)


WITHHOLD: Final = Action("withhold")
HIDE: Final = Action("withhold", shown=False)
KEEP: Final = Action("keep")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy.

    Args:
        role: One of `ROLES`, or `*` for any.
        what: Name of a field, `@` and a type, or `*` for all.
        action: What is done.
        line: Where it stands in its text, from 1; 0 if unknown.
    """

    role: str
    what: str
    action: Action
    line: int = 0

    def __str__(self) -> str:
        """Write the key as it stands in the policy."""
        return f"{self.role}.{self.what}"

    @property
    def names_both(self) -> bool:
        """Whether the rule names one role and one field: what a field of level `secret` asks for."""
        return self.role != "*" and self.what != "*" and not self.what.startswith("@")

    def covers(self, role: str, of: Field) -> bool:
        """Tell whether the rule speaks of this field of a person in this role."""
        if self.role not in {"*", role}:
            return False
        # A rule for dates is one for what happened; when a claim held is asked for by name.
        of_type = "" if CLAIM_PARTS.get(of.name) is of else "@" + of.type
        return self.what in {"*", of.name, of_type}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy says of one field of one role.

    Args:
        action: What is done.
        rule: Which rule or level decided, as a preview prints it.
        line: Line of the rule, from 1; 0 where no rule decided.
    """

    action: Action
    rule: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy.

    Args:
        name: Lower-case words joined by hyphens.
        audience: One of `AUDIENCES`.
        rules: In order; the first that covers a field decides. A parent's rules follow the policy's own.
        onward: Who gets it next, the parent's included.
        parent: Name of the policy that this one narrows.
        retracted: Whether claims that were taken back leave, marked as such.
        quasi: Fields by which a person could be recognised: names of fields, or `@` and a type.
        k: Smallest group allowed for unnamed people alike in all of `quasi`; 0 where none is asked for.
        description: What it is for, by language (en, ru, kk).
        full: It is the owner's own full way out: no rule, no level, no consent.
        text: The TOML it was read from.
        verifiable: Whether proofs go along that what is shown whole stands so in one sealed revision.
    """

    name: str
    audience: str
    rules: tuple[Rule, ...]
    onward: tuple[str, ...] = ()
    parent: str | None = None
    retracted: bool = False
    quasi: tuple[str, ...] = ()
    k: int = 0
    description: Mapping[str, str] = field(default_factory=dict)
    full: bool = False
    text: str = field(default="", repr=False)
    verifiable: bool = False

    def verdict(self, role: str, of: Field) -> Verdict:
        """Say what is done with a field of a person in a role.

        Args:
            role: One of `ROLES`.
            of: The field, as the schemas describe it.

        Returns:
            The action, and the rule or level that decided.

        Source:
            docs/disclosure.md §Policies.
        """
        if self.full:
            return Verdict(KEEP, self.name)
        if role in HIDDEN_ROLES or of.level is Level.NEVER:
            # Not even that something is withheld: that there is a source at all is a fact about the source.
            return Verdict(HIDE, "level never")
        return self._by_rule(role, of)

    def _by_rule(self, role: str, of: Field) -> Verdict:
        rule = next((rule for rule in self.rules if rule.covers(role, of)), None)
        if rule is None:
            return Verdict(WITHHOLD, "no rule")
        told = str(rule)
        if of.type not in ACTIONS[rule.action.name]:
            return Verdict(WITHHOLD, f"{told}: {rule.action.name} does not work on a {of.type}", rule.line)
        if of.level is Level.SECRET and rule.action.name not in _SILENT and not rule.names_both:
            return Verdict(WITHHOLD, f"{told}: level secret asks for a rule that names role and field", rule.line)
        if self.audience in PUBLISHED and rule.action.name in _UNPUBLISHED.get(of.level, ()):
            level = of.level.name.lower()
            return Verdict(WITHHOLD, f"{told}: level {level} does not go to {self.audience}", rule.line)
        return Verdict(rule.action, told, rule.line)

    @property
    def digest(self) -> bytes:
        """Return 32 bytes that pin what the policy does, its parent's rules included."""
        tree = {
            "name": self.name,
            "audience": self.audience,
            "onward": sorted(self.onward),
            "rules": [[str(rule), str(rule.action)] for rule in self.rules],
            "retracted": self.retracted,
            "quasi": list(self.quasi),
            "k": self.k,
            "full": self.full,
            **({"verifiable": True} if self.verifiable else {}),
        }
        return digest(Label.POLICY, codec.encode(tree))


# --- reading --------------------------------------------------------------------------------------------------

_TABLE_LINE: Final = re.compile(r"\s*\[\s*([A-Za-z0-9_-]+)\s*\]")
_KEY_LINE: Final = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*[.=]""")


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Find on which line each key of each table stands; `tomllib` does not tell."""
    found: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := _TABLE_LINE.match(line):
            table = head[1]
            found.setdefault(("", table), number)
        elif key := _KEY_LINE.match(line):
            found.setdefault((table, key[1] or key[2] or key[3] or ""), number)
    return found


class _Reader:
    """One policy's text while it is being checked."""

    def __init__(self, text: str, schemas: Schemas, parents: Mapping[str, Policy], *, shipped: bool) -> None:
        self._text = text
        self._schemas = schemas
        self._parents = parents
        self._shipped = shipped
        self._at = _lines(text)
        self._types: dict[str, set[str]] = {name: {part.type} for name, part in CLAIM_PARTS.items()}
        for kind in schemas.kinds:
            for one in schemas.fields(kind):
                self._types.setdefault(one.name, set()).add(one.type)
        try:
            self._tree = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            place = re.search(r"line (\d+)", str(error))
            raise PolicyError("this is not TOML", int(place[1]) if place else None) from None

    def _error(self, message: str, key: str, table: str = "") -> PolicyError:
        return PolicyError(message, self._at.get((table, key)))

    def _known(self, tree: Mapping[str, Any], keys: Sequence[str], table: str = "") -> None:
        for key in tree:
            if key not in keys:
                raise self._error(f"there is no setting {key!r}; there are {', '.join(keys)}", key, table)

    def _table(self, key: str) -> dict[str, Any]:
        value = self._tree.get(key, {})
        if not isinstance(value, dict):
            raise self._error(f"{key} is a table", key)
        return value

    def _words(self, key: str, allowed: Sequence[str]) -> tuple[str, ...]:
        value = self._tree.get(key, [])
        if not isinstance(value, list) or any(item not in allowed for item in value):
            raise self._error(f"{key} is a list of {', '.join(allowed)}", key)
        return tuple(dict.fromkeys(value))

    def policy(self) -> Policy:
        """Check everything and build the policy."""
        tree = self._tree
        self._known(tree, _KEYS)
        name = tree.get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise self._error("name is lower-case letters, digits and hyphens", "name")
        if (name in SHIPPED or name in TOGETHER) is not self._shipped:
            raise self._error(f"{name} is the name of a shipped policy; choose another", "name")
        if tree.get("audience") not in AUDIENCES:
            raise self._error(f"audience is one of {', '.join(AUDIENCES)}", "audience")
        retracted, verifiable = self._truth("retracted"), self._truth("verifiable")
        parent = self._parent()
        quasi, k = self._risk(parent)
        policy = Policy(
            name=name,
            audience=tree["audience"],
            rules=(*self._rules(), *(parent.rules if parent else ())),
            onward=self._onward(parent),
            parent=parent.name if parent else None,
            retracted=retracted,
            quasi=quasi,
            k=k,
            description=self._description(),
            full=name == _EVERYTHING,
            text=self._text,
            verifiable=verifiable,
        )
        self._check_proofs(policy)
        if (policy.audience == "self") is not policy.full:
            raise self._error("the audience self is that of the policy everything alone", "audience")
        if policy.audience in PUBLISHED and not policy.k:
            raise self._error(f"a policy for {policy.audience} has a [risk] with quasi and k", "risk")
        if parent:
            self._check_narrower(policy, parent)
        return policy

    def _truth(self, key: str) -> bool:
        value = self._tree.get(key, False)
        if not isinstance(value, bool):
            raise self._error(f"{key} is true or false", key)
        return value

    def _check_proofs(self, policy: Policy) -> None:
        """Refuse proofs where copies of several recipients may meet: an equal claims root would join them."""
        if not policy.verifiable:
            return
        met = sorted(LINKING.intersection((policy.audience, *policy.onward)))
        if policy.full or met:
            told = "it shows everything as it is" if policy.full else f"it goes to {met[0]}"
            raise self._error(
                f"verifiable is not for {policy.name}, as {told}: copies of several recipients meet there, and the "
                "proofs would tell which of their records are one",
                "verifiable",
            )

    def _parent(self) -> Policy | None:
        name = self._tree.get("parent")
        if name is None:
            return None
        parent = self._parents.get(name) if isinstance(name, str) else None
        if parent is None or parent.full:
            raise self._error("there is no such parent policy", "parent")
        if parent.audience != self._tree["audience"]:
            raise self._error(
                f"the audience of the parent is {parent.audience}; a policy may only narrow it", "audience"
            )
        return parent

    def _onward(self, parent: Policy | None) -> tuple[str, ...]:
        own = self._words("onward", (*ONWARD, *AUDIENCES[:-1]))
        # A parent's path stays: naming fewer would ask for less consent, which is no narrowing.
        return tuple(sorted({*own, *(parent.onward if parent else ())}))

    def _description(self) -> dict[str, str]:
        table = self._table("description")
        for language, text in table.items():
            if not _LANGUAGE.fullmatch(language) or not isinstance(text, str):
                raise self._error("a description is a text for a language of two letters", language, "description")
        return table

    def _risk(self, parent: Policy | None) -> tuple[tuple[str, ...], int]:
        table = self._table("risk")
        self._known(table, _RISK_KEYS, "risk")
        quasi = table.get("quasi", [])
        if not isinstance(quasi, list) or not all(isinstance(item, str) for item in quasi):
            raise self._error("quasi is a list of fields and @types", "quasi", "risk")
        quasi = [_QUASI_WORDS.get(item, item) for item in quasi]
        for item in quasi:
            self._subject(item, "quasi", "risk")
        k = table.get("k", 0)
        if type(k) is not int or not 0 <= k <= 1000:
            raise self._error("k is a number up to 1000", "k", "risk")
        if parent and "k" in table and k < parent.k:
            raise self._error(f"k is {parent.k} in the parent; a policy may only narrow it", "k", "risk")
        if k == 1 or (k and not quasi and not (parent and parent.quasi)):
            raise self._error("k is at least 2, and needs the fields it counts over in quasi", "k", "risk")
        if parent:
            return tuple(dict.fromkeys((*parent.quasi, *quasi))), max(k, parent.k)
        return tuple(dict.fromkeys(quasi)), k

    def _subject(self, what: str, key: str, table: str) -> set[str]:
        """Return the types of field that a name, `@type` or `*` stands for."""
        if what == "*":
            return set(TYPES)
        if what.startswith("@"):
            if what[1:] not in TYPES:
                raise self._error(
                    f"there is no type {what}; there are {', '.join('@' + kind for kind in TYPES)}", key, table
                )
            return {what[1:]}
        if what not in self._types:
            raise self._error(f"no kind of record has a field {what!r}", key, table)
        return self._types[what]

    def _rules(self) -> Iterator[Rule]:
        for key, spec in self._table("rules").items():
            role, dot, what = key.partition(".")
            if not dot or (isinstance(spec, dict) and "action" not in spec):
                raise self._error('a rule is "role.field" or "role.@type", in quotes', key, "rules")
            if role not in {"*", *ROLES}:
                raise self._error(f"there is no role {role!r}; there are {', '.join(ROLES)} and *", key, "rules")
            types = self._subject(what, key, "rules")
            action = self._action(spec, key)
            if what != "*" and not types & ACTIONS[action.name]:
                raise self._error(f"{action.name} does not work on a {' or '.join(sorted(types))}", key, "rules")
            yield Rule(role, what, action, self._at.get(("rules", key), 0))

    def _action(self, spec: object, key: str) -> Action:
        table = {"action": spec} if isinstance(spec, str) else spec
        if not isinstance(table, dict):
            raise self._error("an action is a word, or a table with an action", key, "rules")
        for part in table:
            if part not in _RULE_KEYS:
                raise self._error(f"an action has no part {part!r}; it has {', '.join(_RULE_KEYS)}", key, "rules")
        name, years, to, shown = table["action"], table.get("years", 0), table.get("to", ""), table.get("shown", True)
        if not isinstance(name, str) or name not in ACTIONS:
            raise self._error(f"there is no such action; there are {', '.join(ACTIONS)}", key, "rules")
        if name == "age-band" and not (type(years) is int and 2 <= years <= MAX_BAND_YEARS):
            raise self._error(f"age-band needs years, 2 to {MAX_BAND_YEARS}", key, "rules")
        if name in _STEPS and to not in _STEPS[name]:
            raise self._error(f"{name} needs to: {', '.join(_STEPS[name])}", key, "rules")
        if ("years" in table and name != "age-band") or ("to" in table and name not in _STEPS):
            raise self._error(f"{name} has neither years nor to", key, "rules")
        if type(shown) is not bool or (not shown and name != "withhold"):
            raise self._error("shown is true or false, and only for withhold", key, "rules")
        return Action(name, years, to, shown)

    def _check_narrower(self, policy: Policy, parent: Policy) -> None:
        if policy.retracted and not parent.retracted:
            raise self._error("the parent keeps back what was retracted; a policy may only narrow it", "retracted")
        places = [(kind, one) for kind in self._schemas.kinds for one in self._schemas.fields(kind)]
        places += [("any claim", one) for one in CLAIM_PARTS.values()]
        for role in ROLES:
            for kind, one in places:
                verdict, most = policy.verdict(role, one), parent.verdict(role, one)
                if not verdict.action.within(most.action):
                    told = f"{verdict.rule}: for {role}.{one.name} of {kind} the parent {parent.name} has"
                    raise PolicyError(f"{told} {most.action}; a policy may only narrow it", verdict.line or None)


def load_policy(text: str, schemas: Schemas, parents: Mapping[str, Policy]) -> Policy:
    """Read and check a vault's own policy.

    Args:
        text: TOML, at most 64 KiB.
        schemas: The vault's schemas, whose fields it may name.
        parents: Policies that it may narrow, by name.

    Returns:
        The policy, its parent's rules after its own.

    Raises:
        PolicyError: Not TOML; an unknown setting, role, field, type or action; an action that does not work on what
            its rule names; more than the parent gives. `line` says where.

    Source:
        docs/disclosure.md §Policies.
    """
    if len(text.encode(errors="replace")) > MAX_POLICY_BYTES:
        raise PolicyError("a policy is at most 64 KiB of text")
    return _Reader(text, schemas, parents, shipped=False).policy()


def shipped_policies(schemas: Schemas) -> dict[str, Policy]:
    """Read the policies that come with the program.

    Args:
        schemas: The vault's schemas; they hold at least the shipped ones.

    Returns:
        Each by its name, the narrowest audience first.

    Raises:
        PolicyError: The schemas lack a field that a shipped policy names.
    """
    found: dict[str, Policy] = {}
    folder = resources.files(__package__) / "policies"
    for name in SHIPPED:
        text = (folder / f"{name}.toml").read_text(encoding="utf-8")
        found[name] = _Reader(text, schemas, found, shipped=True).policy()
    return found
