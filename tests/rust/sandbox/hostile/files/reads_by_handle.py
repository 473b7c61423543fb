"""Opens a private key by its handle, past its path.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import ctypes
import os

from scene import CALLS, HOME, attempt, call


def read():
    handle, mount = ctypes.create_string_buffer(8 + 128), ctypes.c_int()
    ctypes.c_uint.from_buffer(handle).value = 128
    key = os.fsencode(HOME / ".ssh" / "id_ed25519")
    call(CALLS["name_to_handle_at"], -100, key, handle, ctypes.byref(mount), 0)
    folder = os.open(HOME, os.O_RDONLY)
    return os.read(call(CALLS["open_by_handle_at"], folder, handle, os.O_RDONLY), 100)


attempt(read)
