"""``python -m aidledger`` is ``aidledger``."""

from aidledger.interfaces.cli.main import main

if __name__ == "__main__":
    main()
