#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our Holt-Winters fit beside statsmodels' default fit, in turns, in the same run; processor time of one thread each.

usage: beside_statsmodels.py BENCH_ANOMALY [PATTERN]

PATTERN chooses golden files by name (default m288: the week of 5-minute points). statsmodels comes from Debian; where it is
not installed (its packages exclude libboost1.81-dev), they are downloaded and unpacked into a folder, and left out of the
system.
"""
import glob
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

FOLDER = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "promwarden-statsmodels"
PACKAGES = ("python3-statsmodels python3-statsmodels-lib python3-patsy python3-scipy python3-numpy python3-pandas python3-pandas-lib "
            "python3-dateutil python3-tz python3-packaging python3-six python3-decorator libgfortran5 libquadmath0 libblas3 "
            "liblapack3 liblbfgsb0").split()
ROUNDS = 5


def unpack():
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not any(FOLDER.glob("*.deb")):
        subprocess.run(["apt-get", "-q", "download", *PACKAGES], cwd=FOLDER, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for package in FOLDER.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, FOLDER / "root"], check=True)
    library = FOLDER / "root/usr/lib/x86_64-linux-gnu"
    os.environ["LD_LIBRARY_PATH"] = f"{library}:{library}/blas:{library}/lapack"
    os.environ["PYTHONPATH"] = str(FOLDER / "root/usr/lib/python3/dist-packages")


def is_there():
    return subprocess.run(["/usr/bin/python3", "-c", "import statsmodels"], check=False, stderr=subprocess.DEVNULL).returncode == 0


def compare(bench, pattern):
    import warnings  # pylint: disable=import-outside-toplevel
    import numpy  # pylint: disable=import-outside-toplevel
    from statsmodels.tsa.holtwinters import ExponentialSmoothing  # pylint: disable=import-outside-toplevel
    warnings.simplefilter("ignore")
    shared = pathlib.Path(os.environ.get("PROMWARDEN_SHARED", pathlib.Path(__file__).parents[3] / "../shared"))
    files = sorted(glob.glob(str(shared / "anomaly/holt_winters" / f"fit_*{pattern}*.json")))
    if not files:
        print(f"no golden files in {shared}; nothing to compare")
        return
    print(f"{'fit (median of ' + str(ROUNDS) + ')':34s} {'points':>6s} {'m':>4s} {'theirs ms':>10s} {'ours ms':>9s} {'ratio':>7s} "
          f"{'sse ours/theirs':>16s}")
    ratios = []
    for file in files:
        with open(file, encoding="utf-8") as text:
            fit = json.load(text)
        series_file = pathlib.Path(file).parent / fit["series_file"]
        with open(series_file, encoding="utf-8") as text:
            golden = json.load(text)
        series = numpy.array(golden["series"])
        form = {key: None if golden[key] == "none" else golden[key] for key in ("trend", "seasonal")}
        theirs, ours = [], []
        for _ in range(ROUNDS):
            start = time.process_time()
            found = ExponentialSmoothing(series, damped_trend=golden["damped"], seasonal_periods=golden["period"] or None,
                                         initialization_method="estimated", use_boxcox=False, **form).fit()
            theirs.append(time.process_time() - start)
            answer = json.loads(subprocess.run([bench, "fit", series_file], capture_output=True, check=True).stdout)
            ours.append(answer["seconds"])
        ratio = statistics.median(theirs) / statistics.median(ours)
        ratios.append(ratio)
        print(f"{pathlib.Path(file).stem:34s} {len(series):6d} {golden['period'] or 0:4d} {1e3 * statistics.median(theirs):10.1f} "
              f"{1e3 * statistics.median(ours):9.3f} {ratio:6.0f}x {answer['sse'] / found.sse:16.4f}", flush=True)
    print(f"ratio: median {statistics.median(ratios):.0f}x, least {min(ratios):.0f}x")


def main():
    if "PROMWARDEN_STATSMODELS" not in os.environ:
        if not is_there():
            unpack()
        os.environ["PROMWARDEN_STATSMODELS"] = "1"
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    compare(os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "m288")


main()
