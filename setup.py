"""Puts the bundled assets and the compiled catalogues into the wheel; everything else is in pyproject.toml."""

import subprocess
import sys

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithAssets(build_py):
    def run(self) -> None:
        if not self.editable_mode:
            subprocess.run([sys.executable, "bin/assets"], check=True)
            self.__dict__.pop("data_files", None)  # listed before the assets were there
        super().run()


setup(cmdclass={"build_py": BuildWithAssets})
