"""The passes pock-insert-NAME: one pass over a table of update rules, under the name of each optimizer.

`rule.py` says what a rule is, `table.py` enters it and makes its pass, `updates.py` puts the updates into the training
steps. The module of an optimizer's name is its rule; its options are the fields of that optimizer's class in
`pock_mlir/optimizers.py`.
"""
