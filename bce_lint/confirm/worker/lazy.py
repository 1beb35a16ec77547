"""Module namespaces that execute a statement only when a name that it binds is first asked for; what was executed is the slice."""

from __future__ import annotations
import __future__

import builtins
import importlib
from collections.abc import Callable, Mapping, Sequence
from types import CodeType, ModuleType

from .job import Program, SourceFile

SITE = "__site__"

Importer = Callable[[str], ModuleType | None]
"""Gives what `import name` means for the user's code where that is not the installed module (an old framework's names)."""


class UnboundError(NameError):
    """A name is bound by code that confirm does not run."""


class Names(dict[str, object]):
    """The globals of one file. CPython asks a dict subclass's `__missing__` for globals that are not there."""

    def __init__(self, space: Space, number: int) -> None:
        super().__init__(__name__=space.files[number].path, __file__=space.files[number].path)
        self.space = space
        self.number = number
        self["__builtins__"] = Builtins(self)

    def __missing__(self, name: str) -> object:
        return self.space.resolve(self.number, name)


class Builtins(dict[str, object]):
    """The builtins of one file: class bodies and module-level code look here last, and do ask `__missing__`; imports pass here too."""

    def __init__(self, names: Names) -> None:
        super().__init__(vars(builtins))
        self.names = names
        self["__import__"] = self.bring
        self[SITE] = names.space.note

    def __missing__(self, name: str) -> object:
        return self.names[name]

    def bring(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002  (the name that the import statement uses)
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> object:
        """Do what `__import__` does: first the program's own files, then renamed frameworks, then what is installed."""
        space = self.names.space
        top = name if fromlist or level else name.partition(".")[0]
        own = space.own(self.names.number, f"{level}:{top}")
        if own is not None:
            return own
        if level:
            raise ImportError(f"{'.' * level}{name} is not a file of this project")
        try:
            return space.importer(top) or builtins.__import__(name, globals, locals, fromlist or (), 0)
        except ModuleNotFoundError as error:
            if space.trying or (error.name or "").partition(".")[0] != name.partition(".")[0]:
                raise
            space.missing.add(name.partition(".")[0])
            return Missing(name)


class MissingClass(type):
    """A class of a package that is not installed."""

    def __getattr__(cls, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{cls.__name__}.{name}")


class Missing(ModuleType):
    """A package that is not installed: its names can be imported, called and inherited from, but nothing can be computed with them."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return MissingClass(name, (), {}) if name[:1].isupper() else Missing(f"{self.__name__}.{name}")

    def __call__(self, *args: object, **_: object) -> object:
        """Decorate a function with nothing; otherwise give something as useless as itself."""
        return args[0] if len(args) == 1 and callable(args[0]) else self


class OwnModule(ModuleType):
    """A file of the program as `import` shows it: attributes are executed on demand."""

    def __init__(self, space: Space, number: int) -> None:
        super().__init__(space.files[number].path)
        self.__dict__["_space"] = space
        self.__dict__["_number"] = number

    def __getattr__(self, name: str) -> object:
        space, number = self.__dict__["_space"], self.__dict__["_number"]
        if not name.startswith("__"):
            try:
                return space.names[number][name]
            except KeyError:
                below = space.own(number, f"1:{name}")
                if below is not None:
                    return below
        raise AttributeError(f"module {space.files[number].path!r} has no attribute {name!r}")


class Space:
    """The lazily executed files of one program, and what of them was executed."""

    def __init__(self, program: Program, importer: Importer) -> None:
        self.program = program
        self.files: tuple[SourceFile, ...] = program.files
        self.importer = importer
        self.names = [Names(self, number) for number in range(len(self.files))]
        self.executed: list[tuple[int, int]] = []
        self.pending: dict[tuple[int, str], int] = {}
        self.sites: list[object] = []
        self.missing: set[str] = set()
        self.trying = False

    def note(self, value: object) -> object:
        """Take down the value of the flagged operation, and pass it on."""
        self.sites.append(value)
        return value

    def own(self, number: int, spelled: str) -> OwnModule | None:
        """Return the program's file that an import spelled so in file `number` means."""
        target = dict(self.files[number].imports).get(spelled)
        return None if target is None else OwnModule(self, target)

    def resolve(self, number: int, name: str) -> object:
        """Execute the last statement that binds `name`, or the one before it while that one is being executed."""
        names, statements = self.names[number], self.files[number].statements
        end = self.pending.get((number, name), len(statements))
        for index in reversed(range(end)):
            if name in statements[index].names:
                self._execute_for(number, index, name)
                if name in names:
                    return names[name]
        if name in vars(builtins):
            return vars(builtins)[name]
        return self._starred(number, name)

    def _execute_for(self, number: int, index: int, name: str) -> None:
        before = self.pending.get((number, name))
        self.pending[number, name] = index
        try:
            self.execute(number, index)
        finally:
            if before is None:
                del self.pending[number, name]
            else:
                self.pending[number, name] = before

    def execute(self, number: int, index: int) -> None:
        """Run one statement of a file in its namespace."""
        statement = self.files[number].statements[index]
        if statement.why_not:
            raise UnboundError(f"`{statement.names[0]}` is not known: {statement.why_not}")
        before, self.trying = self.trying, statement.text.startswith("try")
        try:
            exec(self._compile(number, index), self.names[number])  # noqa: S102  (running the user's code is what confirm is for)
        finally:
            self.trying = before
        if (number, index) not in self.executed:
            self.executed.append((number, index))

    def _compile(self, number: int, index: int) -> CodeType:
        statement = self.files[number].statements[index]
        flagged = (number, index) == (0, self.program.statement)
        text = "\n" * (statement.line - 1) + (self.program.marked if flagged else statement.text)
        code: CodeType = compile(text, self.files[number].path, "exec", __future__.annotations.compiler_flag, dont_inherit=True)
        return code

    def _starred(self, number: int, name: str) -> object:
        for index, statement in enumerate(self.files[number].statements):
            if statement.names == ("*",):
                module = self._star(number, index)
                if hasattr(module, name):
                    value: object = getattr(module, name)
                    self.names[number][name] = value
                    self.executed.append((number, index))
                    return value
        raise KeyError(name)

    def _star(self, number: int, index: int) -> object:
        """Import what `from MODULE import *` names, without its names: the text is `MODULE` with its leading dots."""
        spelled = self.files[number].statements[index].text.split()[1]
        name = spelled.lstrip(".")
        level = len(spelled) - len(name)
        own = self.own(number, f"{level}:{name}")
        if own is not None or level:
            return own
        return self.importer(name) or importlib.import_module(name)
