"""``python -m qa_nlp`` is the same as the ``qa-nlp`` command."""

from qa_nlp.cli import main

if __name__ == "__main__":
    main()
