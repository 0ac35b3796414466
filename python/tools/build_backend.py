"""The build backend of `pip install`: scikit-build-core, after the Debian packages that the C++ library needs are there.

`./dev packages` installs those that are missing (as root or with sudo) and says so; elsewhere CMake names what it misses.
"""
import subprocess
import sysconfig
from pathlib import Path

from scikit_build_core import build as core
from scikit_build_core.build import *  # noqa: F403

ROOT = Path(__file__).resolve().parents[2]


def _with_packages(build):
    def build_with_packages(*args, **kwargs):
        # Debian's own Python has its headers in a package; one built from source has them beside it.
        has_headers = Path(sysconfig.get_path("include"), "Python.h").exists()
        if subprocess.run([ROOT / "dev", "packages", *([] if has_headers else ["python"])]).returncode != 0:
            raise SystemExit("lepton: what building needs is missing; the lines above say how to install it")
        return build(*args, **kwargs)

    return build_with_packages


build_wheel = _with_packages(core.build_wheel)
build_editable = _with_packages(core.build_editable)
