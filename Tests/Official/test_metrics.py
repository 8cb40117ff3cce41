"""`dstack metrics` of the unmodified official CLI, dstack 0.22.5, against our server."""

from dstack_harness import OFFICIAL_CLI, Server, eventually


def test_metrics_are_drawn():
    with Server(DSTACK_SERVER_METRICS_INTERVAL_SECONDS="1") as server:
        name = server.submit("sleep 600", program=OFFICIAL_CLI)
        server.wait_for(name, "running")

        def sampled():
            _, answer = server.request("GET", f"/api/project/main/metrics/job/{name}?limit=2")
            return answer["metrics"]

        eventually("samples", sampled)
        ran = server.cli("metrics", name, program=OFFICIAL_CLI)
        assert ran.status == 0 and "job=0" in ran.out and "%" in ran.out, ran
        assert "no data" not in ran.out.lower(), ran
