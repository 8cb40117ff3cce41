"""The measurements of `make bench`. Each prints as it goes; the tables go to docs/performance.md."""

import argparse
import os
import sys

from measures.common import Table
from measures import api, engine, hosts, jobs, page, runs, streams, tunnels
from dstack_harness import Server


def with_server(measure):
    def measured(table, quick):
        with Server() as server:
            measure(table, server, quick)
    return measured


# By the section of the page, the names that `--only` takes and what each does with a table and `quick`.
SECTIONS = {
    "Runs on one machine": {
        "runs": with_server(runs.measure_runs),
        "apply": with_server(runs.measure_apply),
        "watch": with_server(runs.measure_watch),
        "start": with_server(runs.measure_cold_start),
        "memory": runs.measure_memory,
    },
    "Requests to the server": {"http": api.measure_http},
    "Logs and ports": {"logs": streams.measure_logs, "ports": streams.measure_ports},
    "Tunnels over SSH": {"ssh": tunnels.measure_ssh},
    "Hosts of a fleet": {"setup": hosts.measure_setup, "remote": hosts.measure_jobs},
    "Code": {"code": jobs.measure_code},
    "Containers": {"containers": jobs.measure_containers},
    "Nodes and the queue": {"nodes": jobs.measure_nodes, "queue": jobs.measure_queue},
    "The engine": {"store": engine.measure_store, "simulation": engine.measure_simulation},
    "The programs": {"sizes": engine.measure_sizes},
}


def main():
    names = [name for section in SECTIONS.values() for name in section]
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions; writes no page")
    parser.add_argument("--only", type=lambda text: text.split(","), default=names,
                        help=f"some of them, separated by commas: {', '.join(names)}. Sections of the page that are "
                             "measured whole are written anew")
    options = parser.parse_args()
    if unknown := set(options.only) - set(names):
        parser.error(f"no measurement is called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    measured, failed = {}, []
    for title, section in SECTIONS.items():
        table, load = Table(), os.getloadavg()[0]
        wanted = [name for name in section if name in options.only]
        for name in wanted:
            print(f"{name}:", flush=True)
            try:
                section[name](table, options.quick)
            except Exception as problem:  # One that fails must not take the others' numbers with it.
                failed.append(name)
                print(f"  failed: {problem!r}", file=sys.stderr, flush=True)
        if wanted:
            print(f"\n## {title}\n\n{table.markdown()}\n", flush=True)
        if len(wanted) == len(section) and not set(wanted) & set(failed):
            measured[title] = (table, load)
    if not options.quick:
        page.write(measured, SECTIONS)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
