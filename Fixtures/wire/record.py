"""Writes the JSON files beside it: what the official dstack 0.22.5 makes of models, shorthands and configurations.

Run it with a Python that has dstack[server]==0.22.5:  python Fixtures/wire/record.py
"""

import json
import pathlib
import uuid
from datetime import datetime, timedelta, timezone

import yaml
from apscheduler.triggers.cron import CronTrigger
from pydantic import TypeAdapter, ValidationError

from dstack._internal.core.models import configurations as conf
from dstack._internal.core.models import fleets, gateways, instances, profiles, repos, resources, runs, volumes
from dstack._internal.core.models.files import FilePathMapping
from dstack._internal.utils.common import format_duration_multiunit, format_pretty_duration

HERE = pathlib.Path(__file__).resolve().parent


def write(name, value):
    rows = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in value)
    (HERE / name).write_text(f"[\n{rows}\n]\n")


def ident(number):
    return str(uuid.UUID(int=(number << 64) + 0x4000_8000_0000_0000_0000 % (1 << 79), version=4))


WHEN = datetime(2026, 11, 24, 21, 17, 5, 123456, tzinfo=timezone.utc)
LATER = datetime(2026, 11, 24, 21, 18, 0, 0, tzinfo=timezone.utc)

TASK = dict(
    type="task", name="train", commands=["python train.py", "echo done &"], env=["A=1", "TOKEN", "EMPTY="],
    shell="bash", working_dir="work", entrypoint="/bin/sh -c",
    resources=dict(cpu="x86:2..8", memory="16GB..", shm_size="512MB", gpu="nvidia:A100,H100:40GB..:1..2", disk="200GB.."),
    priority=50, ports=["8080", "80:8000", "*:9000"], files=["data", "./a:/b"], volumes=["vol:/data", "/host:/mnt"],
    repos=["https://github.com/dstackai/dstack:repo"], max_duration="2h", stop_duration="off", idle_duration="off",
    retry=dict(on_events=["no-capacity", "error"], duration="1d"), spot_policy="auto", max_price=1.5,
    creation_policy="reuse", tags={"team": "a"}, fleets=["x", "p/y"],
    instances=["one", {"hostname": "h"}, {"fleet": "x", "instance": 2}], schedule={"cron": "0 8 * * *"},
    utilization_policy=dict(min_gpu_utilization=10, time_window="10m"), backends=["aws"], regions=["r"],
    backend_options=[dict(type="vastai", offer_order="price", min_reliability=0.5)],
)
SERVICE = dict(
    type="service", name="llm", commands=["serve"], port=8000, model="m", replicas="0..4", https="auto",
    scaling=dict(metric="rps", target=10), gateway="gw", rate_limits=[dict(rps=4, key=dict(type="header", header="X"))],
    probes=[dict(type="http", url="/health", timeout="5s", headers=[dict(name="A", value="b")])],
)
GROUPS = dict(
    type="service", port=80, groups=[
        dict(replicas=1, commands=["route"], router=dict(type="smg")),
        dict(name="workers", replicas="1..2", scaling=dict(metric="rps", target=1), commands=["work"], resources=dict(gpu=1)),
    ],
)
DEV = dict(type="dev-environment", ide="vscode", version="1", init=["pip install x"], inactivity_duration="1h", python="3.12")


def run_spec(configuration, **more):
    return runs.RunSpec(
        run_name="train", repo_id="none", repo_data=repos.VirtualRunRepoData(), configuration=configuration,
        configuration_path="train.dstack.yml", profile=profiles.Profile(name="default"), ssh_key_pub="ssh-rsa AAAA me",
        **more,
    )


def parse(data):
    return conf.parse_apply_configuration(json.loads(json.dumps(data)))


def models():
    """Pairs of a Swift type's name and an official model."""
    gpu = instances.Gpu(name="A100", memory_mib=81920)
    res = instances.Resources(cpus=8, memory_mib=32768, gpus=[gpu], spot=False, disk=instances.Disk(size_mib=204800), cpu_arch="x86")
    bare = instances.Resources(cpus=2, memory_mib=512, gpus=[], spot=True)
    kind = instances.InstanceType(name="big", resources=res)
    offer = instances.InstanceOfferWithAvailability(
        backend="remote", instance=kind, region="local", price=0.0, availability="idle", blocks=1, total_blocks=4,
        backend_data={"a": [1, None]},
    )
    task = parse(TASK)
    spec = run_spec(task, file_archives=[dict(id=ident(7), path="data")])
    requirements = runs.Requirements(resources=task.resources, max_price=1.25, spot=True)
    job_spec = runs.JobSpec(
        job_num=0, job_name="train-0-0", commands=["/bin/bash", "-i", "-c", "echo"], env={"A": "1"}, image_name="",
        requirements=requirements, retry=runs.Retry(on_events=["error"], duration=3600), working_dir="work",
        repo_data=repos.VirtualRunRepoData(), app_specs=[runs.AppSpec(port=8080, app_name="app_0")],
        volumes=[volumes.VolumeMountPoint(name=["v"], path="/v")], max_duration=7200, ssh_key=runs.JobSSHKey(private="p", public="q"),
    )
    provisioning = runs.JobProvisioningData(
        backend="remote", instance_type=kind, instance_id="i", hostname="127.0.0.2", internal_ip="127.0.0.2",
        region="local", price=0.0, username="root", ssh_port=22, dockerized=True,
    )
    runtime = runs.JobRuntimeData(network_mode="host", cpu=2.0, memory=8, ports={10999: 32000}, offer=offer, working_dir="/w")
    submission = runs.JobSubmission(
        id=ident(1), submission_num=0, submitted_at=WHEN, last_processed_at=LATER, status="failed",
        termination_reason="container_exited_with_error", exit_status=3, job_provisioning_data=provisioning,
        job_runtime_data=runtime, status_message="exited (3)",
    )
    job = runs.Job(job_spec=job_spec, job_submissions=[submission], job_connection_info=runs.JobConnectionInfo())
    run = runs.Run(
        id=ident(2), project_name="main", user="admin", fleet=runs.RunFleet(id=ident(3), name="local"), submitted_at=WHEN,
        last_processed_at=LATER, status="failed", termination_reason="job_failed", run_spec=spec, jobs=[job],
        latest_job_submission=submission, cost=0.5, error="",
    )
    plan = runs.RunPlan(
        project_name="main", user="admin", run_spec=spec, effective_run_spec=spec, current_resource=run, action="create",
        job_plans=[runs.JobPlan(job_spec=job_spec, offers=[offer], total_offers=1, max_price=0.0)],
    )
    fleet_conf = parse(dict(type="fleet", name="f", nodes="1..3", placement="cluster", resources=dict(gpu="24GB"), blocks="auto"))
    ssh_conf = parse(
        dict(
            type="fleet", name="s", env={"A": "b"},
            ssh_config=dict(user="u", identity_file="~/k", hosts=["h", dict(hostname="g", blocks=2, internal_ip="10.0.0.1")], network="10.0.0.0/8"),
        )
    )
    instance = instances.Instance(
        id=ident(4), project_name="main", backend="remote", instance_type=instances.InstanceType(name="n", resources=bare),
        name="local-0", fleet_id=ident(3), fleet_name="local", instance_num=0, status="idle", created=WHEN, total_blocks=16,
    )
    fleet = fleets.Fleet(
        id=ident(3), name="local", project_name="main", created_at=WHEN, status="active", instances=[instance],
        spec=fleets.FleetSpec(configuration=ssh_conf, profile=profiles.Profile()),
    )
    yield "TaskConfiguration", task
    yield "TaskConfiguration", parse(dict(type="task", commands=["x"]))
    yield "TaskConfiguration", parse(dict(type="task", groups=[dict(nodes=2, commands=["a"]), dict(name="b", commands=["b"], ports=[80])]))
    yield "DevEnvironmentConfiguration", parse(DEV)
    yield "DevEnvironmentConfiguration", parse(dict(type="dev-environment"))
    yield "ServiceConfiguration", parse(SERVICE)
    yield "ServiceConfiguration", parse(GROUPS)
    yield "AnyRunConfiguration", task
    yield "FleetConfiguration", fleet_conf
    yield "FleetConfiguration", ssh_conf
    yield "GatewayConfiguration", parse(dict(type="gateway", name="g", backend="aws", region="r", certificate=dict(type="acm", arn="a")))
    yield "GatewayConfiguration", parse(dict(type="gateway", backend="gcp", region="r", load_balancer=dict(type="alb"), certificate=None))
    for backend in ("aws", "gcp", "runpod"):
        yield "VolumeConfiguration", parse(dict(type="volume", backend=backend, region="r", size="100GB", name="v"))
    yield "VolumeConfiguration", parse(dict(type="volume", backend="kubernetes", claim_name="c", auto_cleanup_duration="1d"))
    yield "VolumeConfiguration", parse(dict(type="volume", backend="daytona", volume_id="v"))
    yield "RunSpec", spec
    yield "RunSpec", runs.RunSpec(configuration=parse(dict(type="task", commands=["x"])))
    yield "RunSpec", run_spec(parse(DEV)).model_copy(update={"repo_data": repos.RemoteRunRepoData(repo_name="n", repo_branch="main")})
    for name, value in [
        ("Requirements", requirements), ("JobSpec", job_spec), ("JobProvisioningData", provisioning), ("JobRuntimeData", runtime),
        ("JobSubmission", submission), ("Job", job), ("Run", run), ("RunPlan", plan), ("InstanceOfferWithAvailability", offer),
        ("Resources", res), ("Resources", bare), ("Instance", instance), ("Fleet", fleet),
        ("FleetPlan", fleets.FleetPlan(project_name="main", user="u", spec=fleet.spec, current_resource=fleet, offers=[offer], total_offers=1, action="update")),
        ("Profile", profiles.Profile(name="p", default=True, max_price=2, retry=True)),
        ("RunRepoData", repos.LocalRunRepoData(repo_dir="/x")),
    ]:
        yield name, value


SHORTHANDS = {
    "CPUSpec": (resources.CPUSpec, [
        4, "4", "2..", "..8", "2..8", "x86:2..8", "arm:8", "8:ARM", "arm", " 2 .. 8 ", {"min": 2}, {"min": 2, "max": 4},
        {"arch": "x86", "count": "2.."}, {"count": 3}, {}, "", ":", "x86:", "x86:arm", "2:4", "8..2", "..", "sparc:2", "2GB", True, None, [2],
        {"cores": 2}, 2.5, "2.5", -1, "1...3", "١",
    ]),
    "MemoryRange": (resources.Range[resources.Memory], [
        8, 8.5, "8", "8GB", "8gb..", "512MB", "1TB", "8GB..16GB", "..16GB", "8 GB", "8 GB .. 1 TB", {"min": "8GB"}, {"max": 4}, "0",
        "", "..", "GB", "8GiB", "8KB", "16GB..8GB", "8GB..16GB..32GB", {}, {"min": None, "max": None}, None, [8], "1e3", "x", "-8GB", "+8GB", "8_0GB",
        ".5GB", "8.GB",
    ]),
    "CountRange": (resources.Range[int], [2, "2", "1..4", "..4", "4..", "4..1", "x", "..", 2.5, "2.0", True, {"min": 1}, {"min": "1", "max": 3}, "1e2"]),
    "GPUSpec": (resources.GPUSpec, [
        1, "1", "A100", "A100:2", "A100:80GB:2", "A100,H100:1..", "24GB", "24GB..", "24GB..:1..2", "nvidia", "amd:MI300X:8", "tpu:v5litepod-8",
        "tpu-v3-8", "tt:n150", "NVIDIA:16GB..80GB:4..8", "80GB:A100", " A100 : 2 ", "0", "0..", "gpu", "..", "A100:H100", "1:2", "24GB:40GB", "nvidia:amd",
        ":", "A100:", ",A100", "A100,,H100", "", {"name": "A100"}, {"name": ["A100", "tpu-v2-8"], "count": "2..", "memory": "40GB.."}, {"vendor": "AMD"},
        {"vendor": "tt"}, {"vendor": "acme"}, {"compute_capability": 7.5}, {"compute_capability": "8.6"}, {"compute_capability": [9, 0]},
        {"compute_capability": 8}, {"compute_capability": "8.6.1"}, {"total_memory": "100GB.."}, {}, {"count": 0}, None, True, 1.5, [1], {"memory": "24GB", "x": 1},
        "-1", "4-8",
    ]),
    "DiskSpec": (resources.DiskSpec, ["100GB", "100GB..", 50, {"size": "1TB"}, {"size": "1TB..2TB"}, {}, "x", None, {"size": None}]),
    "Env": (conf.Env, [
        ["A=1", "B", "C=", "D=a=b"], {"A": "1", "B": 2, "C": 1.5}, {"A": {"key": "A"}}, [], {}, ["1A=2"], ["A", "A"], ["A=1", "A=2"], {"A": None},
        {"A": True}, {"A": [1]}, "A=1", None, ["A B=1"], ["=1"], [""], {"weird name": "x"}, ["A=multi\nline"], [1], {"A": {"key": "B"}}, {"A": {"k": "B"}},
    ]),
    "PortMapping": (TypeAdapter(conf.PortMappingOrShorthand), [
        8080, "8080", "80:8080", "*:8080", {"container_port": 1}, {"local_port": 2, "container_port": 3}, 0, 65536, "0", "80:99999", "x", ":80", "*",
        "80:80:80", -1, None, {"local_port": 1}, 80.0, "80:", "", "80: 90", "+80",
    ]),
    "FilePathMapping": (FilePathMapping, [
        "a", "a:b", "a:b:c", "C:\\a", "C:\\a:b", "c:/a:/b", "a:C:/b", "", "a:", ":b", {"local_path": "a", "path": "b"}, {"local_path": "a"}, 1, None, ".",
    ]),
    "RepoSpec": (conf.RepoSpec, [
        ".", "../x:y", "https://github.com/a/b", "https://github.com/a/b:dir", "git@github.com:a/b.git", "git@github.com:a/b.git:~/x", "C:\\x:y",
        "a:b:c", {"url": "u"}, {"local_path": "l", "path": "p", "branch": "b", "hash": "h", "if_exists": "skip"}, {"url": "u", "local_path": "l"}, {},
        {"url": "u", "path": "~root/x"}, {"url": "u", "if_exists": "maybe"}, "",
    ]),
    "MountPoint": (TypeAdapter(conf.MountPointOrShorthand), [
        "v:/p", "/h:/p", "v:p", "v", "a:b:c", "v:/a/../b", "v:/a//b/./c/", {"name": "v", "path": "/p"}, {"name": ["a", "b"], "path": "/p"},
        {"instance_path": "/h", "path": "/p"}, {"instance_path": "/h", "path": "/p", "optional": True}, {"instance_path": "h", "path": "/p"}, {}, "v:", ":/p",
    ]),
    "ProfileParams": (profiles.ProfileParams, [
        {}, {"max_duration": "2h"}, {"max_duration": "off"}, {"max_duration": False}, {"max_duration": True}, {"max_duration": 90}, {"max_duration": "90"},
        {"max_duration": "1h30m"}, {"max_duration": -1}, {"max_duration": "5 m"}, {"max_duration": "5x"}, {"max_duration": 1.9}, {"max_duration": "1w"},
        {"idle_duration": "off"}, {"idle_duration": False}, {"idle_duration": -1}, {"idle_duration": -5}, {"idle_duration": True}, {"idle_duration": "3d"},
        {"stop_duration": None}, {"stop_duration": 0}, {"retry": True}, {"retry": False}, {"retry": {}}, {"retry": {"on_events": []}},
        {"retry": {"on_events": ["error"], "duration": "1h"}}, {"retry": {"on_events": ["errors"]}}, {"retry": "yes"}, {"retry": 1}, {"retry": "always"},
        {"max_price": 0}, {"max_price": "0.5"}, {"max_price": -1}, {"max_price": "cheap"}, {"spot_policy": "spot"}, {"spot_policy": "Spot"},
        {"tags": {"a": "b"}}, {"tags": {"a b": "c"}}, {"tags": {"a": "x" * 257}}, {"tags": {"": "x"}}, {"tags": {"a": "ü"}}, {"tags": {}},
        {"fleets": ["a", "b/c", {"name": "d"}]}, {"fleets": ["a/b/c"]}, {"fleets": [""]}, {"fleets": "a"}, {"instances": []}, {"instances": [""]},
        {"instances": ["a", {"hostname": "h"}]}, {"instances": [{"fleet": "f"}]}, {"instances": [{"fleet": "f", "instance": -1}]},
        {"instances": [{"name": "a", "hostname": "b"}]}, {"backends": ["aws", "local"]}, {"backends": ["remote"]}, {"creation_policy": "reuse"},
        {"schedule": {"cron": "0 8 * * *"}}, {"schedule": {"cron": ["0 8 * * *", "*/5 1-3 1,2 jan mon-fri"]}}, {"schedule": {"cron": []}},
        {"schedule": {"cron": "61 * * * *"}}, {"schedule": {"cron": "* * * *"}}, {"schedule": {"cron": "@daily"}}, {"schedule": {"cron": "0 0 31 2 *"}},
        {"schedule": {"cron": "*/0 * * * *"}}, {"schedule": {"cron": "5-1 * * * *"}}, {"schedule": {"cron": "0 0 last * *"}}, {"schedule": {"cron": "0 0 * * 7"}},
        {"schedule": {"cron": "0 0 * * 0-6"}}, {"schedule": {"cron": "0 24 * * *"}}, {"schedule": {"cron": "0 0 2nd_mon * *"}}, {"schedule": {"cron": "0 0 2nd mon * *"}},
        {"utilization_policy": {"min_gpu_utilization": 10, "time_window": "5m"}}, {"utilization_policy": {"min_gpu_utilization": 101, "time_window": "5m"}},
        {"utilization_policy": {"min_gpu_utilization": 10, "time_window": "4m"}}, {"backend_options": [{"type": "vastai"}, {"type": "vastai"}]},
        {"backend_options": [{"type": "aws"}]}, {"backend_options": [{"min_reliability": 2}]}, {"startup_order": "master-first"}, {"stop_criteria": "x"},
        {"regions": "eu"}, {"regions": [1]}, {"reservation": 5},
    ]),
    "FleetConfiguration": (fleets.FleetConfiguration, [
        {"type": "fleet"}, {"nodes": 2}, {"nodes": "1..3"}, {"nodes": "..3"}, {"nodes": "2.."}, {"nodes": ".."}, {"nodes": {"min": 1, "target": 2, "max": 3}},
        {"nodes": {"min": 2, "target": 1}}, {"nodes": {"max": 0}}, {"nodes": -1}, {"nodes": "3..1"}, {"nodes": {"target": 2}}, {"nodes": "x"},
        {"blocks": 2}, {"blocks": "auto"}, {"blocks": 0}, {"blocks": "2"}, {"blocks": "many"}, {"ssh_config": {"hosts": ["h"]}}, {"ssh_config": {"hosts": []}},
        {"ssh_config": {}}, {"ssh_config": {"hosts": ["h"], "network": "10.0.0.0/8"}}, {"ssh_config": {"hosts": ["h"], "network": "8.8.8.0/24"}},
        {"ssh_config": {"hosts": ["h"], "network": "x"}}, {"ssh_config": {"hosts": [{"hostname": "h", "internal_ip": "10.1.2.3"}]}},
        {"ssh_config": {"hosts": [{"hostname": "h", "internal_ip": "8.8.8.8"}]}}, {"ssh_config": {"hosts": [{"hostname": "h", "internal_ip": "x"}]}},
        {"ssh_config": {"hosts": [{"user": "u"}]}}, {"ssh_config": {"hosts": ["h"], "network": "10.1.2.3/8"}}, {"placement": "cluster"}, {"placement": "near"},
        {"ssh_config": {"hosts": ["h"], "proxy_jump": {"hostname": "p", "user": "u", "identity_file": "k"}}}, {"reservation": "r", "spot_policy": "auto"},
    ]),
}


def shorthands():
    for name, (model, inputs) in SHORTHANDS.items():
        adapter = model if isinstance(model, TypeAdapter) else TypeAdapter(model)
        for value in inputs:
            row = {"model": name, "input": value}
            try:
                parsed = adapter.validate_python(json.loads(json.dumps(value)))
                row["accepted"] = True
                row["value"] = json.loads(adapter.dump_json(parsed))
            except (ValidationError, ValueError, TypeError, AttributeError, KeyError) as e:
                row["accepted"] = False
                row["why"] = type(e).__name__ if not isinstance(e, ValidationError) else e.errors()[0]["msg"]
            yield row


def configurations():
    for block in (HERE / "corpus.txt").read_text().split("=== ")[1:]:
        name, text = block.split("\n", 1)
        row = {"name": name, "yaml": text}
        try:
            parsed = conf.parse_apply_configuration(yaml.safe_load(text))
            row["accepted"] = True
            row["value"] = json.loads(parsed.model_dump_json())
            json.dumps(row, allow_nan=False)
        except Exception as e:  # noqa: BLE001 - a traceback of the official parser is a refusal too
            row["accepted"] = False
            row.pop("value", None)
            row["why"] = f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"
        yield row


def pretty():
    """How the official client prints resources, requirements and durations."""
    for spec in [
        {}, {"cpu": 4}, {"cpu": "arm:2..8"}, {"memory": "512MB"}, {"memory": "1.5GB..1TB"}, {"gpu": "A100:40GB:2"}, {"gpu": "24GB.."}, {"gpu": 0},
        {"gpu": "0.."}, {"gpu": "nvidia:1.."}, {"gpu": "A100,H100"}, {"gpu": {"compute_capability": "8.6", "total_memory": "100GB..", "count": 2}},
        {"disk": "1234567GB"}, {"disk": None}, {"gpu": None}, {"cpu": "4..", "memory": "100.25GB"}, {"memory": "1MB.."},
    ]:
        model = resources.ResourcesSpec.model_validate(spec)
        yield {"kind": "ResourcesSpec", "input": spec, "text": model.pretty_format()}
    for spot, price in [(None, None), (True, 1.5), (False, 0.1), (None, 12.0), (True, 0.3333333), (None, 100.0), (None, 1234.5678)]:
        model = runs.Requirements(resources=resources.ResourcesSpec(), spot=spot, max_price=price)
        yield {"kind": "Requirements", "input": {"spot": spot, "max_price": price}, "text": model.pretty_format()}
    for cpus, memory, disk, gpus, spot, arch in [
        (8, 32768, 204800, [], False, "x86"), (2, 512, 0, [], True, None), (96, 1234567, 10, [("A100", 81920)] * 8, False, "arm"),
        (0, 0, 0, [("T4", 0)], True, None), (4, 15360, 102400, [("L4", 23034)], True, "x86"), (1, 1, 1, [], False, None),
    ]:
        model = instances.Resources(
            cpus=cpus, memory_mib=memory, disk=instances.Disk(size_mib=disk), spot=spot, cpu_arch=arch,
            gpus=[instances.Gpu(name=n, memory_mib=m) for n, m in gpus],
        )
        yield {
            "kind": "Resources", "input": json.loads(model.model_dump_json()), "text": model.pretty_format(),
            "withSpot": model.pretty_format(include_spot=True), "gpuOnly": model.pretty_format(gpu_only=True),
        }
    for seconds in [0, 1, 59, 60, 90, 3600, 5400, 86400, 90000, 604800, 700000, 4545, 1209600]:
        yield {"kind": "duration", "input": seconds, "text": format_pretty_duration(seconds), "long": format_duration_multiunit(seconds)}


def properties():
    """Every property of every configuration type: [type, path, JSON type in words]."""
    adapters = {
        "task": conf.TaskConfiguration, "dev-environment": conf.DevEnvironmentConfiguration, "service": conf.ServiceConfiguration,
        "fleet": fleets.FleetConfiguration, "gateway": gateways.GatewayConfiguration, "profile": profiles.Profile,
        "volume (aws, gcp)": volumes.AWSVolumeConfiguration, "volume (runpod)": volumes.RunpodVolumeConfiguration,
        "volume (kubernetes)": volumes.KubernetesVolumeConfiguration, "volume (daytona, lium)": volumes.DaytonaVolumeConfiguration,
        "preset": conf.PresetConfiguration,
    }
    for kind, model in adapters.items():
        schema = model.model_json_schema()
        definitions = schema.get("$defs", {})

        def resolve(node):
            while "$ref" in node:
                node = definitions[node["$ref"].rsplit("/", 1)[1]]
            return node

        def words(node):
            node = resolve(node)
            if "enum" in node:
                return " | ".join(str(v) for v in node["enum"]) if len(node["enum"]) < 9 else "enum"
            if "const" in node:
                return str(node["const"])
            options = node.get("anyOf") or node.get("oneOf")
            if options:
                return " or ".join(dict.fromkeys(words(o) for o in options if o.get("type") != "null"))
            if node.get("type") == "array":
                return f"list of {words(node.get('items', {}))}"
            if node.get("type") == "object":
                return "mapping"
            return node.get("type", "any")

        def inner(node):
            node = resolve(node)
            for option in [node, *node.get("anyOf", []), *node.get("oneOf", [])]:
                option = resolve(option)
                if "properties" in option:
                    yield from option["properties"].items()
                if option.get("type") == "array":
                    yield from inner(option.get("items", {}))

        for name, node in schema["properties"].items():
            yield [kind, name, words(node)]
            seen = set()
            for sub, subnode in inner(node):
                if sub not in seen:
                    seen.add(sub)
                    yield [kind, f"{name}.{sub}", words(subnode)]
                    if name == "resources":
                        for part, partnode in inner(subnode):
                            yield [kind, f"{name}.{sub}.{part}", words(partnode)]


def crons():
    """What the official scheduler makes of cron expressions: refused, or the moments that follow some moment."""
    starts = ["2026-11-26T12:50:00.000001", "2026-11-30T23:59:30", "2026-12-31T23:59:59.999999", "2027-02-28T00:00:01",
              "2028-02-28T12:00:01", "2099-12-31T23:30:01"]
    expressions = [
        "* * * * *", "*/5 * * * *", "*/7 * * * *", "0 8 * * *", "30 8,20 * * *", "0 0 1 * *", "0 0 31 * *", "0 0 29 2 *",
        "0 0 29 feb mon", "0 0 last * *", "15 12 last feb *", "0 0 last,15 * *", "0 9 * * mon-fri", "0 9 * * 0-4",
        "0 9 * * 0", "0 9 * * 6", "0 9 * * sun", "0 9 * * SUN,wed", "0 0 1-7 * mon", "0 0 13 * fri", "0 0 1,15 * 2",
        "0 0 */2 * *", "0 0 */10 * *", "0 0 2-20/6 * *", "10-20/3 * * * *", "50/3 * * * *", "5/20 22/1 * * *",
        "0 */6 * jan-mar *", "0 0 1 JAN,jul *", "59 23 31 12 *", "0-0/5 * * * *", "*/59 * * * *", "0 0 30/1 * *",
        "0 0 1 */3 *", "0 0 * 2/5 *", "* * * * */2", "7,3,5 1 * * *", "0  0 * * *", " 0 0 * * * ", "00 08 * * *",
        "0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *",
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *", "* * * 13 *",
        "* * * * 7", "*/0 * * * *", "*/60 * * * *", "5-1 * * * *", "5/100 * * * *", "31/1 * * * *", "* * 31/1 * *",
        "10-20/11 * * * *", "1,,2 * * * *", ",1 * * * *", "-1 * * * *", "1- * * * *", "a * * * *", "1-wed * * * *",
        "* * * foo *", "* * * * fri-mon", "* * * dec-jan *", "last * * * *", "* * * * last", "1/ * * * *", "/2 * * * *",
        "*-5 * * * *", "1.5 * * * *", "+1 * * * *", "@daily", "L * * * *", "* * L * *", "? * * * *",
        # Accepted, but not for what they say: the rest behind the first part is passed over.
        "* * * jan-mar/2 *", "* * * * mon-3", "* * last5 * *", "* * * * mon-fri/2",
    ]
    for expression in expressions:
        try:
            trigger = CronTrigger.from_crontab(expression, timezone=timezone.utc)
        except ValueError as error:
            yield {"cron": expression, "accepted": False, "why": str(error)}
            continue
        following = []
        for start in starts:
            moment = datetime.fromisoformat(start).replace(tzinfo=timezone.utc)
            row = [start + "Z"]
            for _ in range(4):
                moment = trigger.get_next_fire_time(None, moment)
                row.append(moment and moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
                if moment is None:
                    break
                moment += timedelta(seconds=1)
            following.append(row)
        yield {"cron": expression, "accepted": True, "next": following}


if __name__ == "__main__":
    write("models.json", [{"model": name, "value": json.loads(m.model_dump_json())} for name, m in models()])
    write("shorthands.json", list(shorthands()))
    write("pretty.json", list(pretty()))
    write("configurations.json", list(configurations()))
    write("properties.json", list(properties()))
    write("cron.json", list(crons()))
