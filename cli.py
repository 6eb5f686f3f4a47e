"""Run the command line from a checkout: ``python cli.py score PATH -o OUT``."""

from qa_nlp.cli import main

if __name__ == "__main__":
    main()
