"""The tax ledger: what each calendar year realized, by lot, with its term and its flags. No advice."""
