"""`python -m resolute`."""

from resolute.cli import main

if __name__ == "__main__":
    main()
