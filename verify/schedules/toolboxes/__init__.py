"""One module for each kind of thing that people have their sigmas in; ``verify.schedules.reading`` chooses.

A toolbox's objects are known by the module that their class comes from: no toolbox is imported here.
"""
