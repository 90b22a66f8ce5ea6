"""The main loop of `laurel up`."""

from threading import Thread

from config.serving import SupervisedWorker, WebServer


def test_a_signal_may_come_while_the_main_loop_begins_or_ends_to_wait():
    server = WebServer(SupervisedWorker(), "127.0.0.1", 8000)
    held_by_the_loop = server.main_loop_interrupt._cond
    for handler in (server.signal_handler_interrupt, server.signal_handler_reload):
        interruption = Thread(target=handler, daemon=True)
        with held_by_the_loop:
            interruption.start()
            interruption.join(timeout=5)
            assert not interruption.is_alive(), "it waits for what it interrupted"
    assert server.interrupt_signal
