"""An independent measure of who reaches some files over imports: `ast` and the rules of the language reference.

Usage: reach.py TREE ROOTS FILES < JSON list of targets

TREE is a directory, ROOTS the import roots in it separated by commas, FILES a file that lists the scanned paths, one a
line. Prints a JSON object: for each scanned path that reaches a target "load" or "deferred". Nothing is imported.
"""

import ast
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")


def type_checking(test):
    """True if the test holds only for type checkers, False if only at run time, None if it says neither."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = type_checking(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return True if any(type_checking(it) is True for it in test.values) else None
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", None)
    return True if name == "TYPE_CHECKING" else None


def is_main(test):
    if isinstance(test, ast.BoolOp):
        return any(is_main(it) for it in test.values)
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    named = any(isinstance(it, ast.Name) and it.id == "__name__" for it in sides)
    return named and any(isinstance(it, ast.Constant) and it.value == "__main__" for it in sides)


class Imports(ast.NodeVisitor):
    """Collects (level, module, members, time)."""

    def __init__(self):
        self.found, self.time = [], "load"

    def at(self, time, nodes):
        outer, self.time = self.time, time if self.time == "load" else self.time
        for node in nodes:
            self.visit(node)
        self.time = outer

    def visit_FunctionDef(self, node):
        arguments = node.args
        for it in [*node.decorator_list, *arguments.defaults, *filter(None, arguments.kw_defaults)]:
            self.visit(it)
        self.at("deferred", node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        for it in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(it)
        self.at("deferred", [node.body])

    def visit_If(self, node):
        self.visit(node.test)
        types = type_checking(node.test)
        if types is not True:
            self.at("deferred" if is_main(node.test) else "load", node.body)
        if types is not False:
            self.at("load", node.orelse)

    def visit_AnnAssign(self, node):
        if node.value:
            self.visit(node.value)

    def visit_Import(self, node):
        for alias in node.names:
            self.found.append((0, alias.name, [], self.time))

    def visit_ImportFrom(self, node):
        self.found.append((node.level, node.module or "", [it.name for it in node.names], self.time))

    def visit_Call(self, node):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        first = node.args[0] if node.args else None
        if name in ("import_module", "__import__") and isinstance(first, ast.Constant) and isinstance(first.value, str):
            module = first.value.lstrip(".")
            self.found.append((len(first.value) - len(module), module, [], self.time))
        self.generic_visit(node)


def main():
    tree, roots = sys.argv[1], ["" if it == "." else it for it in sys.argv[2].split(",")]
    paths = [line.strip() for line in open(sys.argv[3]) if line.strip().endswith(".py")]
    files = set(paths)
    directories = {""}
    for path in paths:
        while path := os.path.dirname(path):
            directories.add(path)

    def join(directory, name):
        return f"{directory}/{name}" if directory else name

    def step(directory, name):
        """The file or directory of a submodule."""
        inner = join(directory, name)
        if join(inner, "__init__.py") in files:
            return inner, join(inner, "__init__.py")
        if inner + ".py" in files:
            return None, inner + ".py"
        return (inner, None) if inner in directories else None

    def descend(directory, segments):
        """The files that run on the way to a module, and its directory; none if it is not there."""
        run = []
        for segment in segments:
            found = step(directory, segment) if directory is not None else None
            if found is None:
                return None
            directory, file = found
            run.append(file)
        return run, directory

    def regular(directory, segments):
        found = step(directory, segments[0])
        return found is not None and found[1] is not None

    def located(path, level, module):
        segments = [it for it in module.split(".") if it]
        directory = os.path.dirname(path)
        if level:
            for _ in range(level - 1):
                directory = os.path.dirname(directory)
            package = join(directory, "__init__.py")
            run, inner = descend(directory, segments) or (None, None)
            return ([package, *run], inner) if run is not None else None
        if not segments or segments[0] in sys.stdlib_module_names:
            return None
        starts = sorted(roots, key=lambda it: not regular(it, segments))
        while True:
            starts.append(directory)
            if not directory:
                break
            directory = os.path.dirname(directory)
        return next((found for it in starts if (found := descend(it, segments))), None)

    edges = {}
    for path in paths:
        visitor = Imports()
        try:
            with open(os.path.join(tree, path), encoding="utf-8-sig") as file:
                visitor.visit(ast.parse(file.read()))
        except (SyntaxError, ValueError, OSError, RecursionError):
            print(f"not read: {path}", file=sys.stderr)
        to = edges.setdefault(path, {})

        def edge(target, time):
            if target in files and target != path and to.get(target) != "load":
                to[target] = time

        directory = os.path.dirname(path)
        while directory and directory not in roots:
            edge(join(directory, "__init__.py"), "load")
            directory = os.path.dirname(directory)
        for level, module, members, time in visitor.found:
            found = located(path, level, module)
            if not found:
                continue
            run, directory = found
            for member in members:
                if member != "*" and directory is not None and (child := step(directory, member)):
                    run = [*run, child[1]]
            for file in run:
                edge(file, time)

    importers = {}
    for path, to in edges.items():
        for target, time in to.items():
            importers.setdefault(target, []).append((path, time))

    def closure(start, times):
        seen, stack = set(start), list(start)
        while stack:
            for importer, time in importers.get(stack.pop(), []):
                if time in times and importer not in seen:
                    seen.add(importer)
                    stack.append(importer)
        return seen

    targets = [it for it in json.load(sys.stdin) if it in files]
    load, anyway = closure(targets, {"load"}), closure(targets, {"load", "deferred"})
    json.dump({it: "load" if it in load else "deferred" for it in sorted(anyway)}, sys.stdout)


main()
