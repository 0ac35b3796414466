"""Arrays in and out, and the interpreter: memory that is shared, threads, Ctrl-C."""
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import lepton
import numpy as np
import pytest
from lepton.keras import Input, Sequential, layers


def address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"])
def test_memory_is_shared_in_and_out(dtype):
    array = np.ones((3, 4), dtype)
    tensor = lepton.tensor(array)
    assert tensor.dtype == dtype and tensor.shape == (3, 4)
    assert address(tensor.numpy()) == address(array)
    np.testing.assert_array_equal(np.asarray(tensor), array)
    array[1, 2] = 0
    assert tensor.numpy()[1, 2] == 0


def test_strides_are_kept_and_the_rest_is_copied():
    array = np.arange(24.0).reshape(4, 6)
    for view, shared in [(array.T, True), (array[::2, 1:4], True), (np.broadcast_to(array[:1], (3, 6)), True), (array[::-1], False),
                         (array.astype(">f8"), False), (np.frombuffer(b"x" + array.tobytes(), "u1")[1:].view("f8"), False)]:
        found = lepton.tensor(view).numpy()
        np.testing.assert_array_equal(found, view)
        assert np.shares_memory(found, view) is shared


def test_dlpack_both_ways():
    array = np.arange(6, dtype="float32").reshape(2, 3)
    tensor = lepton.from_dlpack(array)
    assert address(np.from_dlpack(tensor)) == address(array)


def test_memory_lives_as_long_as_somebody_has_it():
    def made():
        return lepton.tensor(np.full(100_000, 7.0)).numpy()

    arrays = [made() for _ in range(20)]
    assert all((a == 7).all() for a in arrays)


def test_read_only_arrays_and_empty_ones():
    array = np.ones((2, 4), "float32")
    array.flags.writeable = False
    model = Sequential([Input((4,)), layers.Dense(1)])
    assert model.predict(array, verbose=0).shape == (2, 1)
    assert lepton.tensor(np.zeros((0, 3))).shape == (0, 3)


def test_lists_and_integers_are_data():
    model = Sequential([Input((2,)), layers.Dense(1, kernel_initializer="ones")])
    np.testing.assert_array_equal(model.predict([[1, 2], [3, 4]], verbose=0), [[3], [7]])


def big_model():
    model = Sequential([Input((256,)), layers.Dense(2048, activation="relu"), layers.Dense(2048, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def test_other_threads_run_while_it_computes():
    model, x = big_model(), np.zeros((4096, 256), "float32")
    model.predict(x[:32], verbose=0)
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.monotonic()
    model.predict(x, batch_size=4096, verbose=0)
    end = time.monotonic()
    done.set()
    thread.join()
    assert sum(begin < t < end for t in ticks) >= 3


def test_threads_may_share_a_model():
    model, x = Sequential([Input((8,)), layers.Dense(4)]), np.random.default_rng(0).random((64, 8))
    expected, failures = model.predict(x, verbose=0), []

    def work():
        for _ in range(20):
            if not np.array_equal(model.predict(x, verbose=0), expected):
                failures.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize("work", ["model.fit(x, y, epochs=100000, verbose=0)", "model.predict(x)", "model.evaluate(x, y)"])
def test_ctrl_c_ends_long_work(work):
    program = textwrap.dedent(f"""
        import numpy as np
        from lepton.keras import Input, Sequential, layers
        model = Sequential([Input((64,)), layers.Dense(1024, activation="relu"), layers.Dense(1024, activation="relu"), layers.Dense(1)])
        model.compile("adam", "mse")
        x = np.broadcast_to(np.ones((1, 64), "float32"), (4_000_000, 64)); y = np.broadcast_to(np.ones((1, 1), "float32"), (4_000_000, 1))
        print("ready", flush=True)
        try:
            {work}
        except KeyboardInterrupt:
            print("interrupted", model.predict(x[:1], verbose=0).shape)
    """).replace("(4_000_000, 64)", "(400_000, 64)").replace("(4_000_000, 1)", "(400_000, 1)")
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=os.environ)
    assert child.stdout.readline() == "ready\n"
    time.sleep(1.0)
    begin = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=60)
    assert out == "interrupted (1, 1)\n"
    assert time.monotonic() - begin < 20


def test_a_program_ends_well_in_the_middle():
    program = "import lepton.keras as k; m = k.Sequential([k.Input((3,)), k.layers.Lambda(lambda x: x * 2)]); m.compile('adam', 'mse'); import sys; sys.exit(3)"
    assert subprocess.run([sys.executable, "-c", program], env=os.environ, check=False).returncode == 3
