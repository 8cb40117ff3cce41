"""`dstack.api` of the unmodified official package, in processes of its own, against our server."""

import json
import sys

PRELUDE = """
import json, sys, time
from dstack.api import Client, Task
client = Client.from_config(project_name="main")

def submit(*commands, **properties):
    plan = client.runs.get_run_plan(configuration=Task(commands=list(commands), **properties))
    assert plan.job_plans[0].total_offers > 0, "no offers"
    return client.runs.apply_plan(plan, reserve_ports=False)

def wait(run, *statuses):
    deadline = time.monotonic() + 30
    while run.status.value not in statuses:
        assert time.monotonic() < deadline, f"still {run.status.value}"
        time.sleep(0.05)
        run.refresh()
"""


def python(server, program):
    ran = server.cli("-c", PRELUDE + program, program=sys.executable)
    assert ran.status == 0, ran
    return json.loads(ran.out.splitlines()[-1])


def test_submit_status_and_logs(server):
    status, found, logs = python(server, """
run = submit("echo one", "echo two")
wait(run, "done", "failed", "terminated", "aborted")
logs = b"".join(run.logs()).decode()
print(json.dumps([run.status.value, client.runs.get(run.name).status.value, logs]))
""")
    assert (status, found) == ("done", "done")
    assert logs.split() == ["one", "two"]


def test_list_holds_the_run(server):
    name, names = python(server, """
run = submit("true")
wait(run, "done")
print(json.dumps([run.name, [r.name for r in client.runs.list(all=True)]]))
""")
    assert name in names


def test_stop(server):
    status = python(server, """
run = submit("sleep 300")
wait(run, "running")
run.stop()
wait(run, "done", "failed", "terminated", "aborted")
print(json.dumps(run.status.value))
""")
    assert status == "terminated"


def test_stop_with_abort(server):
    status, reason = python(server, """
run = submit("sleep 300")
wait(run, "running")
run.stop(abort=True)
wait(run, "done", "failed", "terminated", "aborted")
print(json.dumps([run.status.value, str(getattr(run._run.termination_reason, "value", run._run.termination_reason))]))
""")
    assert (status, reason) == ("terminated", "aborted_by_user")


def test_failing_task(server):
    status, exit_status = python(server, """
run = submit("exit 7")
wait(run, "done", "failed", "terminated", "aborted")
print(json.dumps([run.status.value, run._run.latest_job_submission.exit_status]))
""")
    assert (status, exit_status) == ("failed", 7)
