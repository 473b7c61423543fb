"""The embedded offline test writer: explores one module and writes tests that hold.

Processes: `conductor` (the parent; runs no project code) starts `worker` (imports the module and
explores it) and `rehearse` (runs the written tests as pytest would), and restarts either when a
call kills it.

How a test comes to be:

    finder, targets: what of the module can be called
    facts, usage, examples, patterns: what the code itself says about its inputs
    domains, annotations, pools, workshop: with which arguments, as source text
    search: has a `scenario` built and lets `execute` run it under `trace` and `guard`
    examine, observe, literal, names: turn what happened into assertions
    shrink, minimise: the few plain cases worth keeping
    grouping, naming, traits: which cases share a test, and what it is called
    writer, heading, body, table, layout: the file a colleague would have written
    proof: nothing is published that does not hold again, in another order, world and time
"""
