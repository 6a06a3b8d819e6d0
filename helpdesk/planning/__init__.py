"""Plans who goes to which door when: pure, and in a process of its own.

Times are whole seconds since local midnight of the day, durations and travel are whole seconds, ids are whatever the
caller uses (`int` or `str`). Nothing here knows Flask, the database or what time it is. The words of the interface
are in `model.py`; `evaluate.py` alone decides which of two plans is better.

    insertion: offers.py, change.py      answers in milliseconds, called directly
    search:    runner.py starts `python -m helpdesk.planning`, reads its progress, ends it

May use: nothing.
"""
