"""Lists the packages below each directory of package-dir in pyproject.toml; setuptools cannot search several."""

import tomllib
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
PACKAGE_DIR = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-dir"]


def packages_below(package: str, directory: str) -> list[str]:
    return [package, *(f"{package}.{name}" for name in find_packages(str(ROOT / directory)))]


setup(packages=[name for package, directory in PACKAGE_DIR.items() for name in packages_below(package, directory)])
