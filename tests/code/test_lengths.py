"""Functions and files stay short enough to be read in one go.

A function's length is counted from `def` to its last line, without decorators and docstring;
a file's length is all of its lines.
"""

from tests.code.source import PACKAGE, ROOT, functions, length, modules, percentile, sql_files

FUNCTION_LINES = {50: 8, 95: 40, 100: 70}
FILE_LINES = {95: 350, 100: 500}


def breaches(lengths: dict[str, int], limits: dict[int, int]) -> list[str]:
    """Say which limit does not hold, and name the ten longest that break it."""
    told = []
    for share, limit in limits.items():
        found = percentile(list(lengths.values()), share)
        if found > limit:
            longest = sorted(lengths, key=lengths.__getitem__, reverse=True)[:10]
            told.append(f"p{share} is {found} lines, the limit is {limit}; the longest are:")
            told += [f"  {name} {lengths[name]}" for name in longest]
    return told


def test_functions_are_short():
    lengths = {
        f"{module.at(function)} {function.name}": length(function)
        for module in modules()
        for function in functions(module)
    }
    told = breaches(lengths, FUNCTION_LINES)
    assert not told, "\n".join(told)


def test_files_are_short():
    paths = [module.path for module in modules()] + list(sql_files())
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in paths}
    told = breaches(lengths, FILE_LINES)
    assert not told, "\n".join(told)


def test_tests_and_tools_are_short_files_too():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for folder in ("tests", "bench", "tools")
        for path in (ROOT / folder).rglob("*.py")
    }
    told = breaches(lengths, {100: FILE_LINES[100]})
    assert not told, "\n".join(told)
