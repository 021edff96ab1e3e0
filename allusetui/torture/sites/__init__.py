"""The sites of faults: where something may go wrong, which rows of the fault table that is, and how it is done."""
