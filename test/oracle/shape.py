"""Prints, for each file named on standard input, what CPython's own parser says of its module level.

One JSON object a line: the path and, in source order, every import, assignment, definition and call statement outside
function bodies, as [kind, line, column], and every outermost function as ["def", line, column, first body line, last line].
"""

import ast
import json
import sys


def walk(body, out):
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.body[0].lineno, *(d.lineno for d in getattr(node.body[0], "decorator_list", []))])
            out.append(["def", node.lineno, node.col_offset, first, node.end_lineno])
            continue
        kind = {
            ast.Import: "import", ast.ImportFrom: "from", ast.Assign: "assign", ast.AugAssign: "augmented",
            ast.ClassDef: "class", ast.Expr: "expr", ast.If: "if", ast.Try: "try", ast.With: "with", ast.For: "for", ast.While: "while",
            ast.Return: "return", ast.Raise: "raise", ast.Delete: "delete", ast.Assert: "assert", ast.Pass: "pass",
        }.get(type(node))
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            kind = "assign"
        if kind:
            out.append([kind, node.lineno, node.col_offset])
        for part in ("body", "orelse", "finalbody"):
            if isinstance(getattr(node, part, None), list):
                walk(getattr(node, part), out)
        for handler in getattr(node, "handlers", []):
            walk(handler.body, out)


for line in sys.stdin:
    path = line.strip()
    try:
        with open(path, "rb") as file:
            source = file.read()
        tree = ast.parse(source)
        text = source.decode("utf-8")
    except (SyntaxError, ValueError, RecursionError):
        continue
    out = []
    walk(tree.body, out)
    # CPython counts columns in UTF-8 bytes; ours are UTF-16 units.
    lines = source.split(b"\n")
    for item in out:
        prefix = lines[item[1] - 1][: item[2]].decode("utf-8", "replace")
        item[2] = len(prefix.encode("utf-16-le")) // 2
    print(json.dumps({"path": path, "shape": sorted(out, key=lambda i: (i[1], i[2]))}))
