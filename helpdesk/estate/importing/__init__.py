"""Bringing an office's own spreadsheets into the register.

The way of a file: `safety` weighs it, `sheets` reads it (spreadsheets in a process of its own, `unpack`), `columns`
finds the header, `cells` and `rows` say what each cell means, `households` puts the rows of a home together,
`register` knows what is there already, `plan` compares the two, and `apply` writes the difference in one act.
"""
