"""The embedded offline test writer: explores one module and writes tests that hold.

Processes: `conductor` (the parent; runs no project code) starts `worker` (imports the module and
explores it) and `rehearse` (runs the written tests as pytest would), and restarts either when a
call kills it.

How a test comes to be:

    targets: what of the module can be called
    facts, examples, patterns, pools, domains: with which arguments, as source text
    search: builds a `scenario`, lets `execute` run it under `trace` and `guard`
    examine, observe, literal, names: turn what happened into assertions
    shrink, minimise: the few plain cases worth keeping
    grouping, naming, layout, writer: the file a colleague would have written
    proof: nothing is published that does not hold again, in another order, world and time
"""
