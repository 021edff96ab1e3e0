"""The link to a broker's account as a person's settings hold it: read strictly, written without touching the rest."""
