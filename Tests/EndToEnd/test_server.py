"""`dstack server`: what its first start makes, how it ends, how it comes back."""

import stat

from dstack_harness import Server, eventually, files_below


def test_first_start_makes_everything_and_prints_address_and_token():
    with Server() as server:
        assert f"127.0.0.1:{server.port}" in server.said()
        assert server.token in server.said()
        assert (server.home / ".dstack" / "config.yml").exists()
        assert [p["project_name"] for p in server.api("projects/list")] == ["main"]
        assert server.api("users/get_my_user")["username"] == "admin"
        [fleet] = server.api("fleets/list")
        assert fleet["name"] == "local" and len(fleet["instances"]) == 1
        [instance] = fleet["instances"]
        assert (instance["backend"], instance["region"]) == ("remote", "local")
        eventually("its shim is there", lambda: len(server.pids("dstack-shim")) == 1)


def test_secret_files_are_for_their_owner_alone():
    with Server() as server:
        for path in [*(path for path, _ in files_below(server.folder)), server.home / ".dstack" / "config.yml"]:
            if any(word in path.name for word in ("key", "sqlite", "config.yml")):
                mode = stat.S_IMODE(path.stat().st_mode)
                parents = [stat.S_IMODE(p.stat().st_mode) for p in path.parents if server.scratch in p.parents]
                assert mode & 0o077 == 0 or any(p & 0o077 == 0 for p in parents), (path, oct(mode))


def test_sigterm_ends_it_cleanly_and_the_next_start_finds_all_again():
    with Server() as server:
        name = server.submit("echo kept")
        server.wait_for(name)
        [shim] = server.pids("dstack-shim")
        assert server.stop() == 0
        server.start()
        assert server.run(name)["status"] == "done"
        assert server.logs(name) == "kept\n"
        assert server.pids("dstack-shim") == [shim], "the next server adopts the shim"


def test_without_the_local_fleet():
    with Server(DSTACK_LOCAL_FLEET_DISABLED="1") as server:
        assert server.api("fleets/list") == []
        assert not server.pids("dstack-shim")


def test_its_variables():
    with Server(token="from-flag", DSTACK_SERVER_LOG_LEVEL="debug") as server:
        assert server.api("users/get_my_user")["username"] == "admin"
        assert server.request("POST", "/api/users/get_my_user", {}, token="other")[0] == 403


def test_the_token_never_reaches_the_database_in_plain_text():
    with Server(token="very-secret-token-1234") as server:
        name = server.submit("echo $PASSWORD | wc -c", env={"PASSWORD": "hunter2-in-plain-text"})
        server.wait_for(name)
        server.stop()
        for path, data in files_below(server.folder):
            assert b"very-secret-token-1234" not in data, path
            assert b"hunter2-in-plain-text" not in data, path


def test_config_yml_makes_projects_names_what_is_not_served_and_sets_permissions():
    with Server() as server:
        server.stop()
        (server.folder / "config.yml").write_text(
            "projects:\n- name: main\n- name: team\n  backends:\n  - type: aws\n    creds: {type: default}\n"
            "default_permissions:\n  allow_non_admins_create_projects: false\n")
        server.start()
        said = server.said()
        assert f"{server.folder}/config.yml: project 'team': the backend 'aws' is not served yet" in said, said
        assert {p["project_name"] for p in server.api("projects/list")} == {"main", "team"}
        server.api("users/create", {"username": "eve", "global_role": "user"})
        eve = server.api("users/get_user", {"username": "eve"})
        assert eve["permissions"] == {"can_create_projects": False}
        token = eve["creds"]["token"]
        status, answer = server.request("POST", "/api/projects/create", {"project_name": "eves"}, token=token)
        assert (status, answer["msg"]) == (403, "User cannot create projects"), answer
        server.api("projects/create", {"project_name": "admins"})
        messages = [e["message"] for e in server.api("events/list")]
        assert messages.count("Project created") == 3, messages


def test_config_yml_with_a_mistake_is_refused_with_its_place():
    with Server() as server:
        server.stop()
        for text, place in [("projects:\n- name: main\n  backends:\n  - type: awss\n", ":4:"),
                            ("projects: []\nprojekts: []\n", ":2:1: projekts")]:
            (server.folder / "config.yml").write_text(text)
            server.start(wait=False)
            assert server.process.wait(20) == 1
            assert f"config.yml{place}" in server.said(), server.said()
