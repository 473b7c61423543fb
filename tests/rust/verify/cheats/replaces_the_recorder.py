# Replaces a function of our plug-in.
# Expected: meddles with the measurement: it replaces otg_recorder.Recorder
import otg_recorder

from shop.cart import Cart

otg_recorder.Recorder.pytest_runtest_logreport = lambda self, report: None
otg_recorder.message_of = lambda report: ""


def test_total():
    assert Cart().total() == 1
