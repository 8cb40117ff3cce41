"""Secrets by the unmodified official CLI, dstack 0.22.5, against our server."""

from dstack_harness import OFFICIAL_CLI

VALUE = "official-pl4nted-53cret"


def test_set_list_get_delete(dstack):
    assert dstack("secret", "set", "ONE", VALUE).status == 0
    listed = dstack("secret")
    assert listed.status == 0 and "ONE" in listed.out and "******" in listed.out and VALUE not in listed.out, listed
    assert VALUE in dstack("secret", "get", "ONE").out
    told = dstack("event", "--target-secret", "ONE").out
    assert "Secret created" in told and VALUE not in told, told
    ran = dstack("secret", "delete", "ONE", "-y")
    assert ran.status == 0 and "OK" in ran.out, ran
    assert "ONE" not in dstack("secret", "list").out
    ran = dstack("secret", "delete", "ONE", "-y")
    assert ran.status == 1 and "Secrets not found: ONE" in ran.text, ran
    ran = dstack("secret", "get", "ONE")
    assert ran.status == 1, ran


def test_a_detached_run_gets_its_secrets(server, dstack):
    assert dstack("secret", "set", "TOKEN", VALUE).status == 0
    name = server.submit(
        ["echo \"env <$A>\"", "echo 'command <${{ secrets.TOKEN }}>'"],
        program=OFFICIAL_CLI, env={"A": "${{ secrets.TOKEN }}"})
    assert server.wait_for(name)["status"] == "done"
    said = dstack("logs", name).out
    assert f"env <{VALUE}>" in said and f"command <{VALUE}>" in said, said
    # The specification tells the reference, not the value.
    assert VALUE not in str(server.run(name))
    assert dstack("secret", "delete", "TOKEN", "-y").status == 0


def test_a_secret_that_is_not_there_is_named(server, dstack):
    name, file = server.configuration("true", env={"A": "${{ secrets.ABSENT }}"})
    ran = dstack("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 1 and "ABSENT" in ran.text, ran
