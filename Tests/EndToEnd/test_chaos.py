"""A few rounds of `make chaos`: parts killed at random under a load of processes and containers lose and double nothing."""

from chaos import Chaos
from host_chaos import HostChaos


def test_nothing_is_lost_or_doubled():
    with Chaos(seed=1, say=print) as chaos:
        for number in (1, 2, 4):  # Those with a retry take half a minute: they are left to `make chaos`.
            print(chaos.round(number))


def test_nothing_is_lost_or_doubled_on_hosts():
    with HostChaos(seed=2, say=print) as chaos:
        for number in (30, 42):  # Shims, power, a slow line; an engine, the server, SSH servers.
            print(chaos.round(number))
