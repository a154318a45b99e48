"""Write the pages of docs/ that are made from the code: `make docs`.

What is made from the code cannot forget a setting, a command, a rail, a resource or an event; a
test compares the pages with what this would write.
"""

from pathlib import Path

from tools import cli_page, coverage, postings, reference

DOCS = Path(__file__).resolve().parent.parent / "docs"


def pages() -> dict[Path, str]:
    """Return the text of each page by its path."""
    return {
        DOCS / "coverage.md": coverage.page(),
        DOCS / "cli.md": cli_page.page(),
        DOCS / "postings.md": postings.page(),
        DOCS / "reference.md": reference.page(),
    }


def main() -> None:
    """Write the pages that have changed."""
    for path, text in pages().items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"written: {path.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
