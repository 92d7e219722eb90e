"""`python -m shelter_geo`: the command line."""

from shelter_geo.cli.main import main

if __name__ == "__main__":
    main()
